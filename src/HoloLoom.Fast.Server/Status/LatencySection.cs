namespace HoloLoom.Fast.Server.Status;

/// <summary>How long the server takes, over all routers.</summary>
internal static class LatencySection
{
    public static void Write(HtmlText page, StatusView view)
    {
        page.Add(
            $"""
            <section aria-labelledby="latency"><h2 id="latency">Latency of the server</h2>
            <p>Of all routers, without what the network takes. Single decisions are sampled.</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Latencies">
            <table><caption>Last minute, and since the start</caption>
            <thead><tr><th scope="col">What</th><th scope="col">Timed, last minute</th><th scope="col">50 %</th><th scope="col">95 %</th><th scope="col">99 %</th><th scope="col">Longest</th>
            <th scope="col">Timed, all</th><th scope="col">50 %, all</th><th scope="col">99 %, all</th><th scope="col">Longest, all</th></tr></thead>
            <tbody id="latencies" data-live>

            """);
        ServerLatencies latencies = view.Latencies;
        Row(page, "Decision", latencies.Decision);
        Row(page, "Decision in a batch", latencies.DecisionInBatch);
        Row(page, "HTTP request", latencies.Http);
        Row(page, "RESP commands that came together", latencies.Resp);
        page.Add($"</tbody></table></div></section>\n");
    }

    private static void Row(HtmlText page, string name, Latencies latencies)
    {
        (LatencySummary recent, LatencySummary total) = (latencies.Recent(), latencies.Total());
        page.Add(
            $"""
            <tr><th scope="row">{name}</th><td>{recent.Count}</td><td>{Text(recent, recent.P50)}</td><td>{Text(recent, recent.P95)}</td><td>{Text(recent, recent.P99)}</td><td>{Text(recent, recent.Max)}</td>
            <td>{total.Count}</td><td>{Text(total, total.P50)}</td><td>{Text(total, total.P99)}</td><td>{Text(total, total.Max)}</td></tr>

            """);
    }

    private static string Text(LatencySummary summary, long nanoseconds) => summary.Count == 0 ? "–" : Figures.Duration(nanoseconds);
}
