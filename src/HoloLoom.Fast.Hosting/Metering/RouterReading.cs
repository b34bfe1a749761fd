namespace HoloLoom.Fast.Hosting.Metering;

/// <summary>What is measured of one router, all of one moment. Counts never go down while the router lives.</summary>
/// <param name="Router">The router.</param>
/// <param name="Cells">Per query type and backend: decisions, and the posterior's mean.</param>
/// <param name="Strategies">Decisions per strategy.</param>
/// <param name="Experiment">The running experiment; empty without one.</param>
/// <param name="Variants">Decisions per variant of it.</param>
/// <param name="Outcomes">Reports per answer.</param>
/// <param name="Flush">How the saving goes.</param>
/// <param name="Statistics">Everything of this moment, in which counts may have gone down when a configuration was replaced.</param>
internal sealed record RouterReading(
    HostedRouter Router,
    IReadOnlyList<CellReading> Cells,
    IReadOnlyList<CountReading> Strategies,
    string Experiment,
    IReadOnlyList<CountReading> Variants,
    IReadOnlyList<CountReading> Outcomes,
    FlushState Flush,
    RouterStatistics Statistics);

/// <summary>A cell: its names, decisions, and posterior mean.</summary>
internal readonly record struct CellReading(string QueryType, string Backend, long Decisions, double Mean);

/// <summary>A count and what it counts.</summary>
internal readonly record struct CountReading(string Name, long Count);
