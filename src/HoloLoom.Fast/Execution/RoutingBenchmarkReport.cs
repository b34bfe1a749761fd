namespace HoloLoom.Fast.Execution;

/// <summary>How much <see cref="RoutingBenchmark"/> measures.</summary>
public sealed record RoutingBenchmarkOptions
{
    /// <summary>Decisions per row of the first two tables; 1,000 or more.</summary>
    public int Decisions { get; init; } = 1_000_000;

    /// <summary>Executions per row of the table of patterns; 1 or more. Each takes some 10 ms.</summary>
    public int Executions { get; init; } = 50;

    /// <summary>How long the backends of the table of patterns take.</summary>
    public TimeSpan BackendLatency { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Numbers of queries of the table of scale.</summary>
    public IReadOnlyList<int> Scales { get; init; } = [100, 1_000, 10_000, 100_000, 1_000_000];
}

/// <summary>One measurement, and what was published for it.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Queries">How many queries.</param>
/// <param name="PerSecond">Queries a second, one after the other.</param>
/// <param name="MeanMs">Mean, in milliseconds.</param>
/// <param name="P95Ms">95 % are not above; timed one by one, the clock's own cost included.</param>
/// <param name="P99Ms">99 % are not above.</param>
/// <param name="Reward">The mean reward in the simulated world; null where there is none.</param>
/// <param name="PublishedPerSecond">Queries a second that the original system published; null where it published none.</param>
/// <param name="PublishedMeanMs">The mean that it published, in milliseconds.</param>
public sealed record BenchmarkRow(
    string Name,
    int Queries,
    double PerSecond,
    double MeanMs,
    double P95Ms,
    double P99Ms,
    double? Reward = null,
    double? PublishedPerSecond = null,
    double? PublishedMeanMs = null);

/// <summary>One table.</summary>
/// <param name="Title">What it is about.</param>
/// <param name="Note">What was done, and what the published figures were measured on.</param>
/// <param name="Rows">The measurements.</param>
public sealed record BenchmarkTable(string Title, string Note, IReadOnlyList<BenchmarkRow> Rows);
