namespace HoloLoom.Fast.Persistence;

/// <summary>What a state directory held.</summary>
/// <param name="Snapshot">The state; null if none was ever committed.</param>
/// <param name="RecoveredFromPrevious">Whether the latest file was missing or damaged and the one before it was used.</param>
/// <param name="Messages">What an operator should know, a sentence each; empty if all is well.</param>
internal sealed record LoadResult(StateSnapshot? Snapshot, bool RecoveredFromPrevious, IReadOnlyList<string> Messages);
