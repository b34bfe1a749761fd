namespace HoloLoom.Fast.Execution;

/// <summary>How a call of a backend ended.</summary>
public enum CallStatus
{
    /// <summary>With results, perhaps none.</summary>
    Answered = 0,

    /// <summary>With an exception, or with something that is no answer.</summary>
    Failed = 1,

    /// <summary>Not before its timeout or the deadline.</summary>
    TimedOut = 2,

    /// <summary>It was not made: the circuit is open, the concurrency limit is reached, or the deadline has passed.</summary>
    Rejected = 3,

    /// <summary>The pattern took it back, because another backend had answered.</summary>
    Cancelled = 4,
}

/// <summary>What came of calling one backend.</summary>
/// <param name="Backend">The backend's index.</param>
/// <param name="Status">How the call ended.</param>
/// <param name="Results">The results; empty unless answered.</param>
/// <param name="MeanScore">The mean of the results' scores, 0..1; 0 without results.</param>
/// <param name="LatencyMs">How long it took, in milliseconds.</param>
/// <param name="Error">Why there is no answer; null if there is.</param>
/// <param name="DecisionId">The id under which the outcome of the call was recorded.</param>
public readonly record struct BackendAnswer(
    int Backend,
    CallStatus Status,
    IReadOnlyList<SearchResult> Results,
    double MeanScore,
    double LatencyMs,
    Exception? Error,
    DecisionId DecisionId)
{
    /// <summary>Whether the backend answered.</summary>
    public bool IsAnswered => Status == CallStatus.Answered;
}
