using HoloLoom.Fast.Classification;
using HoloLoom.Fast.Strategies;

namespace HoloLoom.Fast;

/// <summary>All that a router can be told. The defaults are a working router; change what differs with <c>with</c> or an initialiser.</summary>
/// <remarks>Checked as a whole when the router is built: a bad value is a <see cref="RouterConfigurationException"/> that names its path.</remarks>
public sealed partial record RouterOptions
{
    /// <summary>The backends' names, 1..64, in the order of their indices.</summary>
    public IReadOnlyList<string> Backends { get; init; } = DefaultBackends;

    /// <summary>
    /// The query types, 1..64, in the order of their indices; the first of equal scores wins. At most one has no patterns: it takes what
    /// matches nothing, and is added as <c>unknown</c> when missing.
    /// </summary>
    public IReadOnlyList<QueryTypeOptions> QueryTypes { get; init; } = DefaultQueryTypes;

    /// <summary>
    /// Where <c>rules</c> sends a query whose preferred backend is not available: the first available of these, then the first available
    /// of all. Null: <c>qdrant, neo4j, mem0, inmemory</c> as far as they are configured.
    /// </summary>
    public IReadOnlyList<string>? Fallback { get; init; }

    /// <summary>The strategy: <c>thompson</c> (default), <c>rules</c>, <c>greedy</c> or <c>uniform</c>. Ignored with <see cref="CustomStrategy"/>.</summary>
    public string Strategy { get; init; } = "thompson";

    /// <summary>A strategy of the user's own; takes the place of <see cref="Strategy"/>.</summary>
    public IRoutingStrategy? CustomStrategy { get; init; }

    /// <summary>A classifier of the user's own; takes the place of the patterns of <see cref="QueryTypes"/>.</summary>
    public IQueryClassifier? Classifier { get; init; }

    /// <summary>How an outcome becomes a reward.</summary>
    public RewardOptions Reward { get; init; } = new RewardOptions.Threshold();

    /// <summary>What is believed before the first outcome; Beta(1, 1) by default.</summary>
    public PriorOptions Prior { get; init; } = new();

    /// <summary>
    /// After this time an outcome counts half. Null: nothing is forgotten. Forward decay (Cormode et al., ICDE 2009): evidence decays,
    /// the prior does not.
    /// </summary>
    public TimeSpan? HalfLife { get; init; }

    /// <summary>An experiment that divides the traffic among strategies; null: every query is decided by <see cref="Strategy"/>.</summary>
    public ExperimentOptions? Experiment { get; init; }

    /// <summary>Makes decisions reproducible: the same calls from one thread give the same decisions and ids. Null: a fresh random seed.</summary>
    public ulong? Seed { get; init; }

    /// <summary>The number of this replica, 0..1023, part of every decision id.</summary>
    public int Node { get; init; }

    /// <summary>
    /// How many of the latest decisions are guaranteed to be recognised when reported twice; an outcome for an older one may be answered
    /// <see cref="RecordResult.Expired"/>. From 2^16 to 2^30, default 2^20. Costs one bit of memory a decision, up to eightfold.
    /// </summary>
    public int DuplicateWindow { get; init; } = 1 << 20;

    /// <summary>Where learned state lives between processes: a directory, created if missing, used by one router at a time. Null: in memory only.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>How often changed state is written in the background; from 10 ms up, default 5 s. <see cref="Timeout.InfiniteTimeSpan"/>: only by <see cref="Router.Flush"/> and on disposal.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The clock of the half-life.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The default backends; <c>hybrid</c> is chosen only by strategies that learn or draw at random.</summary>
    public static IReadOnlyList<string> DefaultBackends { get; } = ["neo4j", "qdrant", "mem0", "inmemory", "hybrid"];

    /// <summary>The built-in query types and their patterns.</summary>
    public static IReadOnlyList<QueryTypeOptions> DefaultQueryTypes { get; } =
    [
        new("relationship", "neo4j",
        [
            QueryPattern.Words("who", "whom", "whose"),
            QueryPattern.Words("when", "where"),
            QueryPattern.Words("related", "connected", "between"),
            QueryPattern.Words("relationship", "connection"),
        ]),
        new("similarity", "qdrant",
        [
            QueryPattern.Words("similar", "like", "resembles"),
            QueryPattern.Words("find", "search", "look for"),
            QueryPattern.Words("compare", "comparison"),
        ]),
        new("personal", "mem0",
        [
            QueryPattern.Words("my", "mine", "i", "me"),
            QueryPattern.Words("personal", "preference", "favorite"),
            QueryPattern.Words("user", "profile"),
        ]),
        new("temporal", "inmemory",
        [
            QueryPattern.Words("recent", "latest", "today", "yesterday"),
            QueryPattern.Words("this week", "last week", "past"),
            QueryPattern.Words("now", "current", "currently"),
        ]),
        new("unknown", "qdrant", []),
    ];
}
