using HoloLoom.Fast.Experiments;
using HoloLoom.Fast.Hosting;

namespace HoloLoom.Fast.Server.Status;

/// <summary>What the page shows, all of one moment.</summary>
internal sealed record StatusView
{
    public required string Router { get; init; }

    /// <summary>The names of all routers.</summary>
    public required IReadOnlyList<string> Routers { get; init; }

    /// <summary>The routers whose files cannot be used, and why.</summary>
    public required IReadOnlyDictionary<string, string> NotServed { get; init; }

    public required RouterStatistics Statistics { get; init; }

    /// <summary>Null without an experiment.</summary>
    public ExperimentReport? Experiment { get; init; }

    /// <summary>The last hour, oldest first.</summary>
    public required IReadOnlyList<HistoryPoint> Points { get; init; }

    public required Func<HistoryInterval, DateTimeOffset> EndOf { get; init; }

    public required ServerLatencies Latencies { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>How long the server has been there.</summary>
    public required TimeSpan Uptime { get; init; }

    public required FlushState Flush { get; init; }

    /// <summary>Whether what is learned is written anywhere.</summary>
    public required bool IsSaved { get; init; }

    /// <summary>How long ago the configuration was last replaced.</summary>
    public TimeSpan? SinceReplaced { get; init; }

    /// <summary>The points of the last minute.</summary>
    public IEnumerable<HistoryPoint> LastMinute => Points.TakeLast(History.PointsOfAMinute);

    /// <summary>Everything about a router.</summary>
    public static StatusView Of(HostedRouter hosted, RouterRegistry registry, History history, ServerLatencies latencies, DateTimeOffset now)
    {
        Router router = hosted.Current;
        return new StatusView
        {
            Router = hosted.Name,
            Routers = [.. registry.Routers.Select(static other => other.Name).OrderBy(static name => name != RouterRegistry.DefaultName).ThenBy(static name => name, StringComparer.Ordinal)],
            NotServed = registry.NotServed,
            Statistics = router.GetStatistics(),
            Experiment = router.Options.Experiment is null ? null : ExperimentReport.Of(router),
            Points = history.Of(hosted),
            EndOf = history.EndOf,
            Latencies = latencies,
            Now = now,
            Uptime = history.Uptime,
            Flush = router.GetFlushState(),
            IsSaved = router.Options.StateDirectory is not null,
            SinceReplaced = hosted.SinceReplaced,
        };
    }

    /// <summary>A sum of the last minute, a second.</summary>
    public double PerSecond(Func<HistoryPoint, double> count)
    {
        double seconds = LastMinute.Sum(static point => point.Interval.Seconds);
        return seconds > 0 ? LastMinute.Sum(count) / seconds : 0;
    }
}
