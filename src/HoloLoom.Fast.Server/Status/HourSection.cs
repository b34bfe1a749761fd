namespace HoloLoom.Fast.Server.Status;

/// <summary>The last hour: charts, drawn by the page's script from the history, and a table.</summary>
internal static class HourSection
{
    private const int Minutes = 5;

    public static void Write(HtmlText page, StatusView view)
    {
        page.Add(
            $"""
            <section aria-labelledby="hour"><h2 id="hour">The last hour</h2>
            <div id="charts" data-history="{StatusPage.Api(view)}/history" hidden>
            <figure data-chart="decisions"><figcaption>Decisions a second, by backend</figcaption></figure>
            <figure data-chart="reward"><figcaption>Mean reward of the outcomes</figcaption></figure>
            <figure data-chart="requests"><figcaption>Latency of requests, all routers</figcaption></figure>
            <figure data-chart="decision"><figcaption>Latency of a decision, all routers</figcaption></figure>
            </div>
            <noscript><p>The charts need JavaScript; the table has their numbers.</p></noscript>
            <details id="hour-table"><summary>The last hour as a table</summary>
            <div class="scroll" tabindex="0" role="region" aria-label="Steps of five minutes">
            <table><caption>Steps of five minutes, the newest first</caption>
            <thead><tr><th scope="col">Until, UTC</th><th scope="col">Decisions a second</th><th scope="col" class="name">Most for</th><th scope="col">Outcomes a second</th><th scope="col">Mean reward</th>
            <th scope="col">HTTP 50 %, typical</th><th scope="col">HTTP 99 %, worst</th><th scope="col">RESP 50 %, typical</th><th scope="col">RESP 99 %, worst</th></tr></thead>
            <tbody id="hour-rows" data-live>

            """);
        foreach (HistoryPoint[] step in Steps(view.Points))
        {
            WriteStep(page, view, step);
        }

        page.Add($"</tbody></table></div></details></section>\n");
    }

    private static IEnumerable<HistoryPoint[]> Steps(IReadOnlyList<HistoryPoint> points) => points.Reverse().Chunk(Minutes * History.PointsOfAMinute);

    private static void WriteStep(HtmlText page, StatusView view, HistoryPoint[] step)
    {
        double seconds = step.Sum(static point => point.Interval.Seconds);
        long decisions = step.Sum(static point => point.AllDecisions);
        string[] most = [.. HistoryJson.Backends(step).OrderByDescending(backend => step.Sum(point => HistoryJson.DecisionsOf(point, backend))).Take(1)];
        page.Add(
            $"""
            <tr><th scope="row">{StatusPage.Clock(view.EndOf(step[0].Interval))}</th><td>{Figures.Rate(decisions / seconds)}</td>
            <td class="name">{(most.Length == 0 ? "–" : $"{most[0]}, {Figures.Share(step.Sum(point => HistoryJson.DecisionsOf(point, most[0])), decisions)}")}</td>
            <td>{Figures.Rate(step.Sum(static point => point.Outcomes) / seconds)}</td><td>{Figures.Mean(step.Sum(static point => point.Reward), step.Sum(static point => point.Outcomes))}</td>
            """);
        foreach (int index in (int[])[Index(view, view.Latencies.Http), Index(view, view.Latencies.Resp)])
        {
            LatencySummary[] present = [.. step.Select(point => point.Interval.Latencies[index]).Where(static summary => summary.Count > 0)];
            page.Add($"<td>{(present.Length == 0 ? "–" : Figures.Duration(Median(present)))}</td><td>{(present.Length == 0 ? "–" : Figures.Duration(present.Max(static summary => summary.P99)))}</td>");
        }

        page.Add($"</tr>\n");
    }

    private static long Median(LatencySummary[] summaries) => summaries.Select(static summary => summary.P50).Order().ElementAt(summaries.Length / 2);

    private static int Index(StatusView view, Latencies latencies) => view.Latencies.All.TakeWhile(other => other != latencies).Count();
}
