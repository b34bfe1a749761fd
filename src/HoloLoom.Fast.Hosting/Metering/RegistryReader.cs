namespace HoloLoom.Fast.Hosting.Metering;

/// <summary>Reads all routers of a registry: one snapshot of each.</summary>
/// <remarks>
/// When a configuration is replaced, the last decisions of the router before are counted only when it is given up, and names may go and come
/// back. So that nobody takes that for a restart, every count is held at the highest value that it had. Thread-safe.
/// </remarks>
internal sealed class RegistryReader(RouterRegistry registry)
{
    private readonly Lock _gate = new();
    private Dictionary<HostedRouter, HighWater> _marks = [];

    /// <summary>The readings of the routers that there are now.</summary>
    public IReadOnlyList<RouterReading> Read()
    {
        lock (_gate)
        {
            var readings = new List<RouterReading>();
            var marks = new Dictionary<HostedRouter, HighWater>();
            foreach (HostedRouter router in registry.Routers)
            {
                HighWater mark = _marks.GetValueOrDefault(router) ?? new HighWater();
                readings.Add(Read(router, mark));
                marks.Add(router, mark);
            }

            _marks = marks;
            return readings;
        }
    }

    private static RouterReading Read(HostedRouter hosted, HighWater mark)
    {
        Router router = hosted.Current;
        RouterStatistics statistics = router.GetStatistics();
        string experiment = router.Options.Experiment?.Name ?? "";
        return new RouterReading(
            hosted,
            [.. statistics.QueryTypes.SelectMany(type => type.Backends.Select(cell =>
                new CellReading(type.Name, cell.Backend, mark.Raise(("cell", type.Name, cell.Backend), cell.Decisions), cell.Mean)))],
            Counts("strategy", "", statistics.DecisionsByStrategy),
            experiment,
            Counts("variant", experiment, statistics.DecisionsByVariant),
            Counts("outcome", "", statistics.OutcomesByResult),
            router.GetFlushState(),
            statistics);

        CountReading[] Counts(string kind, string of, IReadOnlyDictionary<string, long> counts) =>
            [.. counts.Select(pair => new CountReading(pair.Key, mark.Raise((kind, of, pair.Key), pair.Value)))];
    }

    /// <summary>The highest value of each count of a router.</summary>
    private sealed class HighWater
    {
        private readonly Dictionary<(string Kind, string Of, string Name), long> _highest = [];

        public long Raise((string Kind, string Of, string Name) what, long count)
        {
            long highest = Math.Max(count, _highest.GetValueOrDefault(what));
            _highest[what] = highest;
            return highest;
        }
    }
}
