namespace HoloLoom.Fast.Server.Status;

/// <summary>The few figures that are looked at first.</summary>
internal static class NowSection
{
    public static void Write(HtmlText page, StatusView view)
    {
        RouterStatistics statistics = view.Statistics;
        LatencySummary decision = view.Latencies.Decision.Recent();
        if (decision.Count == 0)
        {
            decision = view.Latencies.DecisionInBatch.Recent();
        }

        double outcomes = view.PerSecond(static point => point.Outcomes);
        page.Add(
            $"""
            <section aria-labelledby="now"><h2 id="now">Now</h2>
            <dl class="tiles" id="now-figures" data-live>

            """);
        Tile(page, "Decisions a second", Figures.Rate(view.PerSecond(static point => point.AllDecisions)), Figures.Invariant($"last minute; {statistics.Decisions:#,0} in all"));
        Tile(page, "Outcomes a second", Figures.Rate(outcomes), Figures.Invariant($"last minute; {statistics.Outcomes:#,0} in all"));
        Tile(
            page,
            "Mean reward",
            Figures.Mean(view.LastMinute.Sum(static point => point.Reward), view.LastMinute.Sum(static point => point.Outcomes)),
            $"last minute; {Learned.MeanReward([.. Learned.Of(statistics).SelectMany(static own => own.QueryTypes).SelectMany(static type => type.Backends)])} in all");
        Tile(page, "A decision takes", decision.Count == 0 ? "–" : Figures.Duration(decision.P50), decision.Count == 0 ? "none in the last minute" : $"99 % within {Figures.Duration(decision.P99)}");
        Tile(page, "Strategy", statistics.Strategy, view.SinceReplaced is { } ago ? $"configured anew {Figures.Span(ago)} ago" : "as configured at the start");
        Tile(
            page,
            "Saved",
            !view.IsSaved ? "no" : view.Flush.Lag > TimeSpan.Zero ? $"{Figures.Span(view.Flush.Lag)} behind" : "all",
            !view.IsSaved ? "without --state, forgotten at the end" : Figures.Invariant($"{view.Flush.Errors:#,0} failed writes"));
        Tile(page, "Up for", Figures.Span(view.Uptime), Figures.Invariant($"{Environment.WorkingSet / 1e6:0} MB of memory"));
        page.Add($"</dl></section>\n");
    }

    private static void Tile(HtmlText page, string name, string value, string note) =>
        page.Add($"<div><dt>{name}</dt><dd><b>{value}</b> <small>{note}</small></dd></div>\n");
}
