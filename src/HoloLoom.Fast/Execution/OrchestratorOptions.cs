using HoloLoom.Fast.Profiling;

namespace HoloLoom.Fast.Execution;

/// <summary>All that an orchestrator can be told. The defaults work; change what differs with <c>with</c> or an initialiser.</summary>
/// <remarks>Checked as a whole when the orchestrator is built: a bad value is a <see cref="RouterConfigurationException"/> that names its path.</remarks>
public sealed record OrchestratorOptions
{
    /// <summary>The time for one query as a whole; above 0. When it has passed, what there is is returned, or else the error of those that did not answer.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Timeout, retry, circuit breaker and concurrency limit of each backend.</summary>
    public ResilienceOptions Resilience { get; init; } = new();

    /// <summary>The same for single backends, by name, in place of <see cref="Resilience"/>.</summary>
    public IReadOnlyDictionary<string, ResilienceOptions> ResilienceOf { get; init; } = new Dictionary<string, ResilienceOptions>();

    /// <summary>Words and thresholds of the built-in choice of a pattern. Ignored with <see cref="CustomSelector"/>.</summary>
    public PatternSelectorOptions Selector { get; init; } = new();

    /// <summary>A choice of patterns of the user's own.</summary>
    public IPatternSelector? CustomSelector { get; init; }

    /// <summary>Patterns besides the built-in ones. One with a built-in's name takes its place.</summary>
    public IReadOnlyList<IExecutionPattern> CustomPatterns { get; init; } = [];

    /// <summary>Recursive: the most passes; 1..64.</summary>
    public int RecursivePasses { get; init; } = 3;

    /// <summary>Recursive: on to the next alternative while the mean score of a pass is below this; 0..1.</summary>
    public double ConfidenceThreshold { get; init; } = 0.7;

    /// <summary>
    /// Strange loop: what the first pass's score weighs, relative to all that is known of the backend for this query type; 0 or more. At 1 it
    /// moves the backend's mean halfway to the score.
    /// </summary>
    public double EvidenceShare { get; init; } = 1;

    /// <summary>Chain: the most secondaries; 0..63.</summary>
    public int ChainSecondaries { get; init; } = 2;

    /// <summary>Parallel: the most secondaries; 0..63.</summary>
    public int ParallelSecondaries { get; init; } = 3;

    /// <summary>Hedged: a second backend is asked when the first takes longer than this quantile of its latest latencies; above 0, below 1.</summary>
    public double HedgeQuantile { get; init; } = 0.95;

    /// <summary>Hedged: from this many answers on the quantile is relied on; 1 or more.</summary>
    public int HedgeMinimumSamples { get; init; } = 20;

    /// <summary>Hedged: the wait for the second backend until then; above 0.</summary>
    public TimeSpan HedgeInitialDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How the results of several backends become one list.</summary>
    public IResultFusion Fusion { get; init; } = new ReciprocalRankFusion();

    /// <summary>Whether each call's outcome is recorded in the router. Without it only feedback is learned from.</summary>
    public bool Learn { get; init; } = true;

    /// <summary>How relevant an answer is, 0..1, from the query and the answer; null: the mean of its scores. NaN counts as 0. Called by many threads at once.</summary>
    public Func<string, BackendAnswer, double>? Relevance { get; init; }

    /// <summary>How many of the latest executions can be amended by feedback; 0..2^24, rounded up to a power of two. Costs 80 bytes each.</summary>
    public int FeedbackWindow { get; init; } = 1 << 14;

    /// <summary>
    /// Remembers results; null: no result is remembered. Only ask for it where <see cref="ExecutionRequest.Scope"/> is set to what separates
    /// those who may not see each other's results.
    /// </summary>
    public ResultCacheOptions? Cache { get; init; }

    /// <summary>Where times are measured; null: nowhere.</summary>
    public Profiler? Profiler { get; init; }

    /// <summary>The clock of deadlines, timeouts and circuits.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal OrchestratorOptions Checked(Router router)
    {
        OptionChecks.Wait("$.deadline", Deadline);
        OptionChecks.NotNull("$.resilience", Resilience).Checked("$.resilience");
        foreach ((string name, ResilienceOptions? resilience) in OptionChecks.NotNull("$.resilienceOf", ResilienceOf))
        {
            ConfigurationChecks.Known("$.resilienceOf", "backend", name, [.. router.Backends]);
            OptionChecks.NotNull($"$.resilienceOf.{name}", resilience).Checked($"$.resilienceOf.{name}");
        }

        IReadOnlyList<IExecutionPattern> patterns = OptionChecks.NotNull("$.customPatterns", CustomPatterns);
        for (int i = 0; i < patterns.Count; i++)
        {
            ConfigurationChecks.Name($"$.customPatterns[{i}].name", "pattern", OptionChecks.NotNull($"$.customPatterns[{i}]", patterns[i]).Name);
        }

        OptionChecks.NotNull("$.selector", Selector);
        OptionChecks.NotNull("$.fusion", Fusion);
        OptionChecks.NotNull("$.timeProvider", TimeProvider);
        ConfigurationChecks.Range("$.recursivePasses", RecursivePasses, 1, BackendSet.MaxBackends);
        ConfigurationChecks.Fraction("$.confidenceThreshold", ConfidenceThreshold);
        OptionChecks.NotNegative("$.evidenceShare", EvidenceShare);
        ConfigurationChecks.Range("$.chainSecondaries", ChainSecondaries, 0, BackendSet.MaxBackends - 1);
        ConfigurationChecks.Range("$.parallelSecondaries", ParallelSecondaries, 0, BackendSet.MaxBackends - 1);
        if (!(HedgeQuantile > 0 && HedgeQuantile < 1))
        {
            throw new RouterConfigurationException(
                "$.hedgeQuantile", FormattableString.Invariant($"a number above 0 and below 1 is expected; found {HedgeQuantile}."));
        }

        ConfigurationChecks.Range("$.hedgeMinimumSamples", HedgeMinimumSamples, 1, int.MaxValue);
        OptionChecks.Wait("$.hedgeInitialDelay", HedgeInitialDelay);
        ConfigurationChecks.Range("$.feedbackWindow", FeedbackWindow, 0, 1 << 24);
        Cache?.Check("$.cache");
        return this;
    }
}
