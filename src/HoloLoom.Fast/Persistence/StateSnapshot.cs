namespace HoloLoom.Fast.Persistence;

/// <summary>All that a router must remember between processes, as plain data. Names are stored beside indices, so that it can be read under another configuration.</summary>
internal sealed class StateSnapshot
{
    /// <summary>Counts the processes that have opened the state for writing; part of every decision id.</summary>
    public ulong Boot { get; set; }

    /// <summary>The 128-bit key that seals decision ids.</summary>
    public ulong Key0 { get; set; }

    /// <inheritdoc cref="Key0"/>
    public ulong Key1 { get; set; }

    /// <summary>When the snapshot was taken.</summary>
    public DateTimeOffset SavedAt { get; set; }

    /// <summary>The half-life that <see cref="CellState.Epoch"/> counts in, in seconds; null without forgetting.</summary>
    public double? HalfLifeSeconds { get; set; }

    /// <summary>The configurations whose ids can still be credited, oldest first; the last is the current one.</summary>
    public List<ConfigurationNames> Generations { get; set; } = [];

    /// <summary>Every cell that has ever learned or routed, those out of the current configuration included.</summary>
    public List<CellState> Cells { get; set; } = [];

    /// <summary>Every experiment that has ever run, the present one last.</summary>
    public List<ExperimentState> Experiments { get; set; } = [];

    /// <summary>Decisions per strategy name.</summary>
    public Dictionary<string, long> DecisionsByStrategy { get; set; } = [];

    /// <summary>Outcomes per answer, indexed by <c>RecordResult</c>.</summary>
    public long[] OutcomesByResult { get; set; } = new long[4];

    /// <summary>Which decisions have had their outcome.</summary>
    public LedgerState Ledger { get; set; } = new();

    /// <summary>Which outcomes were amended; a version that does not know of amendments skips it, and may then amend once more.</summary>
    public LedgerState Amendments { get; set; } = new();
}

/// <summary>The names behind the indices of one generation of configuration.</summary>
internal sealed class ConfigurationNames
{
    public uint Generation { get; set; }

    public string[] QueryTypes { get; set; } = [];

    public string[] Backends { get; set; } = [];

    /// <summary>The experiment's name; empty without one.</summary>
    public string Experiment { get; set; } = "";

    /// <summary>Its variants, the holdout last.</summary>
    public string[] Variants { get; set; } = [];

    public bool HasNamesOf(ConfigurationNames other) =>
        QueryTypes.AsSpan().SequenceEqual(other.QueryTypes)
        && Backends.AsSpan().SequenceEqual(other.Backends)
        && Experiment == other.Experiment
        && Variants.AsSpan().SequenceEqual(other.Variants);
}

/// <summary>What one (query type, backend) cell has learned and counted.</summary>
internal sealed class CellState
{
    public string QueryType { get; set; } = "";

    public string Backend { get; set; } = "";

    /// <summary>Pseudo-successes when the snapshot was taken: for people to read; the configuration rules.</summary>
    public double PriorAlpha { get; set; } = 1;

    /// <inheritdoc cref="PriorAlpha"/>
    public double PriorBeta { get; set; } = 1;

    /// <summary>Weighted sum of rewards, in units of <see cref="Epoch"/>.</summary>
    public double Successes { get; set; }

    /// <summary>Weighted sum of 1 − reward, in units of <see cref="Epoch"/>.</summary>
    public double Failures { get; set; }

    /// <summary>The whole number of half-lives since 1970 at which a new outcome weighs 1; 0 without forgetting.</summary>
    public long Epoch { get; set; }

    public long Decisions { get; set; }

    public long Outcomes { get; set; }

    /// <summary>Unweighted sum of rewards.</summary>
    public double RewardSum { get; set; }

    public double LatencySumMs { get; set; }

    public double LatencyMaxMs { get; set; }
}

/// <summary>The duplicate window: blocks of 1024 decisions, a bit each.</summary>
internal sealed class LedgerState
{
    /// <summary>Per stripe, the largest block key that was given up; ids at or below it that are not in a block have expired.</summary>
    public ulong[] Floors { get; set; } = [];

    public List<LedgerBlock> Blocks { get; set; } = [];
}

/// <summary>One block: its key (boot and block number) and 128 bytes of bits, little-endian.</summary>
internal sealed class LedgerBlock
{
    public ulong Key { get; set; }

    public byte[] Bits { get; set; } = [];
}
