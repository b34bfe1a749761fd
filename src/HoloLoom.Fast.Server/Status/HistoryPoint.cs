namespace HoloLoom.Fast.Server.Status;

/// <summary>An interval of the server's.</summary>
/// <param name="Ended">When it ended, by the clock that does not jump.</param>
/// <param name="Seconds">Its length.</param>
/// <param name="Latencies">In the order of <see cref="ServerLatencies.All"/>.</param>
internal sealed record HistoryInterval(long Ended, double Seconds, IReadOnlyList<LatencySummary> Latencies);

/// <summary>What a router did in an interval.</summary>
/// <param name="Interval">The interval.</param>
/// <param name="Backends">The backends' names.</param>
/// <param name="Decisions">Decisions for each of them.</param>
/// <param name="Outcomes">Outcomes that were learned from.</param>
/// <param name="Reward">The sum of their rewards.</param>
internal sealed record HistoryPoint(HistoryInterval Interval, IReadOnlyList<string> Backends, IReadOnlyList<long> Decisions, long Outcomes, double Reward)
{
    public long AllDecisions => Decisions.Sum();
}
