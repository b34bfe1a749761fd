namespace HoloLoom.Fast.Execution;

/// <summary>What an orchestrator found for one query.</summary>
/// <param name="Results">The results, best first; of one backend as it gave them, of several fused.</param>
/// <param name="Decision">The router's decision. Its id is what feedback is given by.</param>
/// <param name="Pattern">The execution pattern that ran.</param>
/// <param name="Confidence">The mean score of the backend whose results have the best, 0..1.</param>
/// <param name="ElapsedMs">How long it took, in milliseconds; of a remembered result, how long it took then.</param>
/// <param name="Asked">The backends that were called.</param>
/// <param name="Answered">Those that answered.</param>
/// <param name="Failures">What became of those that did not; empty when all did.</param>
public readonly record struct ExecutionResult(
    IReadOnlyList<SearchResult> Results,
    Decision Decision,
    string Pattern,
    double Confidence,
    double ElapsedMs,
    BackendSet Asked,
    BackendSet Answered,
    IReadOnlyList<BackendFailure> Failures)
{
    /// <summary>Whether the result was remembered from an earlier call: neither routed nor executed now.</summary>
    public bool FromCache { get; init; }

    /// <summary>Whether a backend that was called did not answer, so that results may be missing.</summary>
    public bool IsPartial => Failures.Count > 0;
}
