namespace HoloLoom.Fast.Persistence;

/// <summary>What an experiment counted and learned, as plain data; variants by name, so that another configuration can read it.</summary>
internal sealed class ExperimentState
{
    public string Name { get; set; } = "";

    /// <summary>Whether the router runs it now. One that it does not run is kept for when its name returns.</summary>
    public bool Running { get; set; }

    public bool SharePosteriors { get; set; }

    /// <summary>Whether a decision was ever assigned by unit.</summary>
    public bool ByUnit { get; set; }

    public double Holdout { get; set; }

    public double Alpha { get; set; } = 0.05;

    /// <summary>The part of the experiment's traffic that is divided evenly.</summary>
    public double Slice { get; set; }

    public double? FailureRate { get; set; }

    public double? P95LatencyMs { get; set; }

    /// <summary>Per variant, then the holdout; those that are gone from the configuration after it.</summary>
    public List<VariantState> Variants { get; set; } = [];

    public List<PairState> Pairs { get; set; } = [];

    public List<StepState> Steps { get; set; } = [];
}

/// <summary>One variant's part.</summary>
internal sealed class VariantState
{
    public string Name { get; set; } = "";

    public string Strategy { get; set; } = "";

    /// <summary>Whether it is in the configuration.</summary>
    public bool Configured { get; set; }

    /// <summary>The configured weight.</summary>
    public double ConfiguredWeight { get; set; }

    /// <summary>The weight in force; null if the variant was taken out.</summary>
    public double? Weight { get; set; }

    /// <summary>Its part of the experiment's traffic.</summary>
    public double Share { get; set; }

    public long Exposures { get; set; }

    public long SliceExposures { get; set; }

    /// <summary>How many of <see cref="SliceExposures"/> were made before the running variants last changed.</summary>
    public long BeforeChange { get; set; }

    public long Successes { get; set; }

    public long Slow { get; set; }

    public double RelevanceSum { get; set; }

    public double LatencySumMs { get; set; }

    /// <summary>Count and four power sums of all rewards.</summary>
    public double[] Rewards { get; set; } = new double[5];

    /// <summary>The same of the uniform slice.</summary>
    public double[] SliceRewards { get; set; } = new double[5];

    /// <summary>Buckets that are not empty, and their counts, in turn.</summary>
    public long[] Latencies { get; set; } = [];

    /// <summary>Its own posteriors; empty with shared ones.</summary>
    public List<CellState> Cells { get; set; } = [];
}

/// <summary>The centred rewards of two variants in the uniform slice.</summary>
internal sealed class PairState
{
    public string First { get; set; } = "";

    public string Second { get; set; } = "";

    public double[] Sums { get; set; } = new double[5];
}

/// <summary>One change of the traffic.</summary>
internal sealed class StepState
{
    public DateTimeOffset At { get; set; }

    public string Kind { get; set; } = "";

    public string Variant { get; set; } = "";

    public string Reason { get; set; } = "";
}
