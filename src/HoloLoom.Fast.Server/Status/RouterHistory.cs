namespace HoloLoom.Fast.Server.Status;

/// <summary>The last points of a router, oldest first.</summary>
internal sealed class RouterHistory
{
    private readonly Queue<HistoryPoint> _points = new();
    private string[] _backends = [];
    private long[] _decisions = [];
    private long _outcomes;
    private double _reward;

    public IReadOnlyList<HistoryPoint> Points
    {
        get
        {
            lock (_points)
            {
                return [.. _points];
            }
        }
    }

    /// <summary>Takes counts as those from which the first interval is counted.</summary>
    public void Begin(RouterStatistics statistics) => Take(statistics);

    /// <summary>Adds the interval since the last time.</summary>
    public void Add(HistoryInterval interval, RouterStatistics statistics)
    {
        (string[] backends, long[] decisions, long outcomes, double reward) = (_backends, _decisions, _outcomes, _reward);
        Take(statistics);

        // Names may have come or gone with a configuration; what is counted never goes down, but what is summed may be corrected.
        long[] difference = new long[_decisions.Length];
        for (int i = 0; i < difference.Length; i++)
        {
            int before = Array.IndexOf(backends, _backends[i]);
            difference[i] = Math.Max(0, _decisions[i] - (before < 0 ? 0 : decisions[before]));
        }

        long learned = Math.Max(0, _outcomes - outcomes);
        lock (_points)
        {
            if (_points.Count == History.Points)
            {
                _points.Dequeue();
            }

            _points.Enqueue(new HistoryPoint(interval, _backends, difference, learned, Math.Clamp(_reward - reward, 0, learned)));
        }
    }

    private void Take(RouterStatistics statistics)
    {
        string[] backends = statistics.QueryTypes.Count == 0 ? [] : [.. statistics.QueryTypes[0].Backends.Select(static cell => cell.Backend)];

        // The same array in all points, as long as it says the same.
        _backends = backends.AsSpan().SequenceEqual(_backends) ? _backends : backends;
        _decisions = new long[_backends.Length];
        (_outcomes, _reward) = (0, 0);
        foreach (QueryTypeStatistics type in statistics.QueryTypes)
        {
            for (int i = 0; i < _decisions.Length; i++)
            {
                _decisions[i] += type.Backends[i].Decisions;
            }
        }

        foreach (CellStatistics cell in Learned.Of(statistics).SelectMany(static own => own.QueryTypes).SelectMany(static type => type.Backends))
        {
            _outcomes += cell.Outcomes;
            _reward += cell.Outcomes * cell.MeanReward;
        }
    }
}
