namespace HoloLoom.Fast;

/// <summary>What a router has decided and learned, over all processes that shared its state.</summary>
/// <param name="Strategy">The strategy in force, or that of the most decisions when read from a directory.</param>
/// <param name="Decisions">All decisions.</param>
/// <param name="Outcomes">All outcomes learned from.</param>
/// <param name="DecisionsByStrategy">Decisions per strategy's name.</param>
/// <param name="OutcomesByResult">Reports per answer: accepted, duplicate, expired, unknown.</param>
/// <param name="QueryTypes">Per query type, in the configuration's order.</param>
public sealed partial record RouterStatistics(
    string Strategy,
    long Decisions,
    long Outcomes,
    IReadOnlyDictionary<string, long> DecisionsByStrategy,
    IReadOnlyDictionary<string, long> OutcomesByResult,
    IReadOnlyList<QueryTypeStatistics> QueryTypes)
{
    /// <summary>Decisions per variant of the running experiment, the holdout last; empty without one.</summary>
    public IReadOnlyDictionary<string, long> DecisionsByVariant { get; init; } = new Dictionary<string, long>();

    /// <summary>
    /// What each variant of the running experiment learned on its own, in the configuration's order; <see cref="QueryTypes"/> holds what was
    /// learned outside. Empty without an experiment, and where its variants share the router's posteriors.
    /// </summary>
    public IReadOnlyList<VariantStatistics> Variants { get; init; } = [];
}

/// <summary>One variant's own part of the statistics.</summary>
/// <param name="Name">The variant.</param>
/// <param name="QueryTypes">Per query type, in the configuration's order. Its decisions are counted with the router's, and are 0 here.</param>
public sealed record VariantStatistics(string Name, IReadOnlyList<QueryTypeStatistics> QueryTypes);

/// <summary>One query type's part of the statistics.</summary>
/// <param name="Name">The query type.</param>
/// <param name="Decisions">Decisions for it.</param>
/// <param name="Backends">Per backend, in the configuration's order.</param>
public sealed record QueryTypeStatistics(string Name, long Decisions, IReadOnlyList<CellStatistics> Backends);

/// <summary>One (query type, backend) cell.</summary>
/// <param name="Backend">The backend.</param>
/// <param name="Alpha">The posterior's alpha: the prior's plus the rewards, forgetting applied.</param>
/// <param name="Beta">The posterior's beta: the prior's plus the missed rewards, forgetting applied.</param>
/// <param name="Mean">alpha / (alpha + beta).</param>
/// <param name="IntervalLow">The posterior's 2.5 % quantile.</param>
/// <param name="IntervalHigh">The posterior's 97.5 % quantile.</param>
/// <param name="Decisions">Decisions for the cell.</param>
/// <param name="Outcomes">Outcomes learned from.</param>
/// <param name="MeanReward">The plain mean of all rewards, 0..1; 0 without outcomes.</param>
/// <param name="MeanLatencyMs">The plain mean of all latencies; 0 without outcomes.</param>
/// <param name="MaxLatencyMs">The largest latency; 0 without outcomes.</param>
public sealed record CellStatistics(
    string Backend,
    double Alpha,
    double Beta,
    double Mean,
    double IntervalLow,
    double IntervalHigh,
    long Decisions,
    long Outcomes,
    double MeanReward,
    double MeanLatencyMs,
    double MaxLatencyMs);
