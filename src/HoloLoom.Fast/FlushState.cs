namespace HoloLoom.Fast;

/// <summary>How the saving of what a router learned goes.</summary>
/// <param name="Lag">
/// How long there has been something to write: the age of the oldest unwritten decision or outcome, or up to one flush interval more. Zero when
/// everything is on disk, and without a state directory.
/// </param>
/// <param name="Errors">Flushes that failed, those in the background included, since the process began.</param>
public readonly record struct FlushState(TimeSpan Lag, long Errors);
