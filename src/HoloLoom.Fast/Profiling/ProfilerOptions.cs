namespace HoloLoom.Fast.Profiling;

/// <summary>How a profiler samples, and from where on it calls something a bottleneck.</summary>
public sealed record ProfilerOptions
{
    /// <summary>One in how many decisions is timed; 1 or more. The rest costs a countdown.</summary>
    public int RoutingSampleRate { get; init; } = 128;

    /// <summary>A backend's p95 above this is a bottleneck.</summary>
    public TimeSpan BackendP95 { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A pattern's p95 above this is a bottleneck.</summary>
    public TimeSpan PatternP95 { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A mean time to decide above this is a bottleneck: the built-in classifier and strategies stay far below.</summary>
    public TimeSpan DecisionBudget { get; init; } = TimeSpan.FromMicroseconds(10);

    /// <summary>A cache hit rate below this is a bottleneck; 0..1.</summary>
    public double MinimumHitRate { get; init; } = 0.3;

    /// <summary>A backend that takes more than this part of the calls is a bottleneck; 0..1.</summary>
    public double MaximumTrafficShare { get; init; } = 0.7;

    /// <summary>A backend of which more than this part of the calls fails is a bottleneck; 0..1.</summary>
    public double MaximumErrorRate { get; init; } = 0.05;

    /// <summary>With fewer measurements than this, nothing is called a bottleneck; 1 or more.</summary>
    public int MinimumSamples { get; init; } = 20;

    /// <summary>How many snapshots are kept; 1..100,000. The oldest goes first.</summary>
    public int MaximumSnapshots { get; init; } = 120;

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal ProfilerOptions Checked()
    {
        ConfigurationChecks.Range("$.routingSampleRate", RoutingSampleRate, 1, 1 << 24);
        ConfigurationChecks.Range("$.backendP95", BackendP95, TimeSpan.FromTicks(1), TimeSpan.FromHours(1));
        ConfigurationChecks.Range("$.patternP95", PatternP95, TimeSpan.FromTicks(1), TimeSpan.FromHours(1));
        ConfigurationChecks.Range("$.decisionBudget", DecisionBudget, TimeSpan.FromTicks(1), TimeSpan.FromHours(1));
        ConfigurationChecks.Fraction("$.minimumHitRate", MinimumHitRate);
        ConfigurationChecks.Fraction("$.maximumTrafficShare", MaximumTrafficShare);
        ConfigurationChecks.Fraction("$.maximumErrorRate", MaximumErrorRate);
        ConfigurationChecks.Range("$.minimumSamples", MinimumSamples, 1, int.MaxValue);
        ConfigurationChecks.Range("$.maximumSnapshots", MaximumSnapshots, 1, 100_000);
        return TimeProvider is null ? throw new RouterConfigurationException("$.timeProvider", "a clock is needed; it is null.") : this;
    }
}
