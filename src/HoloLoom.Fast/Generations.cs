using HoloLoom.Fast.Persistence;

namespace HoloLoom.Fast;

/// <summary>The configurations whose decision ids can still be credited, and where their query types and backends are now.</summary>
/// <remarks>A generation is a list of names in order. An index of an old generation is followed by name, so an id never credits a backend that has since taken its slot.</remarks>
internal sealed class Generations
{
    private const int Kept = 16;

    private readonly List<ConfigurationNames> _known;
    private readonly Map[] _maps;

    /// <param name="known">Earlier generations, oldest first.</param>
    /// <param name="queryTypes">The present names.</param>
    /// <param name="backends">The present names.</param>
    /// <param name="experiment">The present experiment's name; empty without one.</param>
    /// <param name="variants">The present variants, the holdout last; empty without an experiment.</param>
    public Generations(
        IReadOnlyList<ConfigurationNames> known, string[] queryTypes, string[] backends, string experiment, string[] variants)
    {
        _known = [.. known];
        var present = new ConfigurationNames { QueryTypes = queryTypes, Backends = backends, Experiment = experiment, Variants = variants };
        if (_known.Count == 0 || !_known[^1].HasNamesOf(present))
        {
            present.Generation = _known.Count == 0 ? 0 : _known[^1].Generation + 1;
            _known.Add(present);
        }

        _known.RemoveRange(0, Math.Max(0, _known.Count - Kept));
        Current = _known[^1].Generation;
        _maps = [.. _known.Select(names => new Map(
            names.Generation,
            [.. names.QueryTypes.Select(name => Array.IndexOf(queryTypes, name))],
            [.. names.Backends.Select(name => Array.IndexOf(backends, name))],
            [.. names.Variants.Select(name => names.Experiment == experiment ? Array.IndexOf(variants, name) : -1)]))];
    }

    /// <summary>The present generation's number.</summary>
    public uint Current { get; }

    /// <summary>For a snapshot.</summary>
    public IReadOnlyList<ConfigurationNames> Known => _known;

    /// <summary>Where a genuine id's cell is now; false if the configuration is forgotten, or the query type or backend is gone.</summary>
    /// <remarks>A variant that is gone is −1: the outcome is the router's own to learn from.</remarks>
    public bool TryFind(in OpenedId id, out int queryType, out int backend, out int variant)
    {
        queryType = id.QueryType;
        backend = id.Backend;
        variant = id.Variant & (TrafficPlan.SliceBit - 1);
        if (id.Generation == Current)
        {
            return true;
        }

        foreach (Map map in _maps)
        {
            if (map.Generation == id.Generation)
            {
                queryType = id.QueryType < map.QueryTypes.Length ? map.QueryTypes[id.QueryType] : -1;
                backend = id.Backend < map.Backends.Length ? map.Backends[id.Backend] : -1;
                variant = variant < map.Variants.Length ? map.Variants[variant] : -1;
                return queryType >= 0 && backend >= 0;
            }
        }

        return false;
    }

    private sealed record Map(uint Generation, int[] QueryTypes, int[] Backends, int[] Variants);
}
