namespace HoloLoom.Fast.Hosting;

/// <summary>How many routers there may be beside the default one, and how large they may be together.</summary>
public sealed record RouterRegistryOptions
{
    /// <summary>Routers beside the default one. Default 64.</summary>
    public int MaxRouters { get; init; } = 64;

    /// <summary>
    /// Bytes that all routers together may come to need, the default one included, by <see cref="RouterRegistry.EstimateBytes"/>. Default 1 GiB.
    /// </summary>
    public long MaxBytes { get; init; } = 1L << 30;

    /// <summary>
    /// How often experiments are supervised: a variant that breaks a guardrail is taken out, a winner promoted, where the experiment says so.
    /// Default 10 seconds; <see cref="Timeout.InfiniteTimeSpan"/>: never, for who calls <see cref="Experiments.ExperimentSupervisor.Step"/> at times of his own.
    /// </summary>
    public TimeSpan SupervisionInterval { get; init; } = TimeSpan.FromSeconds(10);
}
