namespace HoloLoom.Fast.Server.Status;

/// <summary>Which backends queries go to: now, and since the beginning by query type.</summary>
internal static class TrafficSection
{
    public static void Write(HtmlText page, StatusView view)
    {
        page.Add($"""<section aria-labelledby="traffic"><h2 id="traffic">What goes where</h2>""");
        WriteBackends(page, view);
        WriteTypes(page, view.Statistics);
        page.Add($"</section>\n");
    }

    private static void WriteBackends(HtmlText page, StatusView view)
    {
        RouterStatistics statistics = view.Statistics;
        page.Add(
            $"""
            <div class="scroll" tabindex="0" role="region" aria-label="Backends">
            <table><caption>Backends</caption>
            <thead><tr><th scope="col">Backend</th><th scope="col">Decisions a second</th><th scope="col">Share, last minute</th><th scope="col">Share, all</th>
            <th scope="col" class="drawn">Share, all, drawn</th><th scope="col">Decisions</th><th scope="col">Mean reward</th><th scope="col">Mean latency</th></tr></thead>
            <tbody id="backends" data-live>

            """);
        double all = view.LastMinute.Sum(static point => point.AllDecisions);
        foreach (string backend in statistics.QueryTypes.Count == 0 ? [] : statistics.QueryTypes[0].Backends.Select(static cell => cell.Backend))
        {
            CellStatistics[] cells = Learned.Of(statistics, backend);
            (long decisions, long outcomes) = (cells.Sum(static cell => cell.Decisions), cells.Sum(static cell => cell.Outcomes));
            double recent = view.LastMinute.Sum(point => HistoryJson.DecisionsOf(point, backend));
            double latency = cells.Sum(static cell => cell.Outcomes * cell.MeanLatencyMs);
            page.Add(
                $"""
                <tr><th scope="row">{backend}</th><td>{Figures.Rate(view.PerSecond(point => HistoryJson.DecisionsOf(point, backend)))}</td>
                <td>{Figures.Share(recent, all)}</td><td>{Figures.Share(decisions, statistics.Decisions)}</td><td class="drawn">
                """);
            Drawing.Share(page, statistics.Decisions == 0 ? 0 : (double)decisions / statistics.Decisions);
            page.Add(
                $"""
                </td><td>{decisions}</td><td>{Learned.MeanReward(cells)}</td>
                <td>{(outcomes == 0 ? "–" : Figures.Duration((long)(latency / outcomes * 1e6)))}</td></tr>

                """);
        }

        page.Add($"</tbody></table></div>\n");
    }

    private static void WriteTypes(HtmlText page, RouterStatistics statistics)
    {
        page.Add(
            $"""
            <div class="scroll" tabindex="0" role="region" aria-label="Decisions by query type">
            <table><caption>Decisions by query type, since the beginning: their number, and each backend's share of the type</caption>
            <thead id="types-head" data-live><tr><th scope="col">Query type</th><th scope="col">Decisions</th>
            """);
        foreach (CellStatistics cell in statistics.QueryTypes.Count == 0 ? [] : statistics.QueryTypes[0].Backends)
        {
            page.Add($"""<th scope="col">{cell.Backend}</th>""");
        }

        page.Add($"""</tr></thead><tbody id="types" data-live>""");
        foreach (QueryTypeStatistics type in statistics.QueryTypes)
        {
            page.Add($"""<tr><th scope="row">{type.Name}</th><td>{type.Decisions}</td>""");
            foreach (CellStatistics cell in type.Backends)
            {
                page.Add($"<td>{Figures.Share(cell.Decisions, type.Decisions)}</td>");
            }

            page.Add($"</tr>\n");
        }

        page.Add($"</tbody></table></div>\n");
    }
}
