namespace HoloLoom.Fast.Execution;

/// <summary>No backend answered. Tells of each why, in <see cref="Failures"/> and in the message.</summary>
public sealed class ExecutionException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reason">What is the matter as a whole, as the beginning of a sentence.</param>
    /// <param name="failures">What became of each backend that could have answered.</param>
    public ExecutionException(string reason, IReadOnlyList<BackendFailure> failures)
        : base(failures is { Count: > 0 } ? $"{reason}: {string.Join("; ", failures)}." : $"{reason}.", failures is [var first, ..] ? first.Error : null) =>
        Failures = failures ?? [];

    /// <summary>What became of each backend that could have answered.</summary>
    public IReadOnlyList<BackendFailure> Failures { get; }
}
