using HoloLoom.Fast.Persistence;

namespace HoloLoom.Fast;

/// <summary>What an earlier process counted, to which this one adds; and cells of query types or backends that are not configured now.</summary>
internal sealed class RetainedState
{
    /// <summary>Decisions per present cell, row after row; empty without earlier state.</summary>
    public long[] Decisions { get; init; } = [];

    /// <summary>Decisions per strategy.</summary>
    public Dictionary<string, long> DecisionsByStrategy { get; init; } = [];

    /// <summary>Outcomes per answer.</summary>
    public long[] OutcomesByResult { get; init; } = new long[4];

    /// <summary>Cells that are out of the configuration. They stay in the state, and come back with their names.</summary>
    public List<CellState> SetAside { get; init; } = [];
}
