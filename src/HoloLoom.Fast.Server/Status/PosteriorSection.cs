namespace HoloLoom.Fast.Server.Status;

/// <summary>What the router believes of each backend, by query type.</summary>
internal static class PosteriorSection
{
    // A page stays readable; programs read the rest elsewhere.
    private const int MaxRows = 400;

    public static void Write(HtmlText page, StatusView view)
    {
        bool hasVariants = view.Statistics.Variants.Count > 0;
        (string Who, string Type, CellStatistics Cell)[] learned =
            [.. from own in Learned.Of(view.Statistics)
                from type in own.QueryTypes
                from cell in type.Backends
                where cell.Outcomes > 0
                select (own.Name.Length == 0 ? "none" : own.Name, type.Name, cell)];
        page.Add(
            $"""
            <section aria-labelledby="learned"><h2 id="learned">What was learned</h2>
            <p>The reward that a backend is believed to earn for queries of a type: mean, and the interval that holds it with 95 % probability.
            <span id="learned-note" data-live>{Note(view, learned.Length)}</span></p>
            <div class="scroll" tabindex="0" role="region" aria-label="Posteriors">
            <table><caption>Posteriors</caption>
            <thead id="posteriors-head" data-live><tr>
            """);
        if (hasVariants)
        {
            page.Add($"""<th scope="col" class="name">Variant</th>""");
        }

        page.Add(
            $"""
            <th scope="col" class="name">Query type</th><th scope="col" class="name">Backend</th><th scope="col">Mean</th><th scope="col">From</th><th scope="col">To</th>
            <th scope="col" class="drawn">Drawn, 0 to 1</th><th scope="col">Outcomes</th><th scope="col">Mean latency</th></tr></thead>
            <tbody id="posteriors" data-live>

            """);
        foreach ((string who, string type, CellStatistics cell) in learned.Take(MaxRows))
        {
            page.Add($"<tr>");
            if (hasVariants)
            {
                page.Add($"""<td class="name">{who}</td>""");
            }

            page.Add(
                $"""
                <th scope="row">{type}</th><td class="name">{cell.Backend}</td><td>{cell.Mean:0.000}</td><td>{cell.IntervalLow:0.000}</td><td>{cell.IntervalHigh:0.000}</td><td class="drawn">
                """);
            Drawing.Interval(page, cell.IntervalLow, cell.Mean, cell.IntervalHigh);
            page.Add($"</td><td>{cell.Outcomes}</td><td>{Figures.Duration((long)(cell.MeanLatencyMs * 1e6))}</td></tr>\n");
        }

        page.Add($"</tbody></table></div></section>\n");
    }

    private static string Note(StatusView view, int learned)
    {
        int cells = Learned.Of(view.Statistics).Sum(static own => own.QueryTypes.Sum(static type => type.Backends.Count));
        return learned == 0 ? "Nothing yet: no outcome was reported."
            : learned > MaxRows ? $"The first {MaxRows} of {learned}; {StatusPage.Api(view)}/stats has all."
            : learned < cells ? $"Without an outcome so far, and left out: {cells - learned} of {cells}."
            : "";
    }
}
