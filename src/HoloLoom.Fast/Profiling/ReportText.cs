using System.Globalization;
using System.Text;

namespace HoloLoom.Fast.Profiling;

/// <summary>A report as plain text.</summary>
internal static class ReportText
{
    public static string Of(ProfileReport report)
    {
        ProfileSnapshot summary = report.Summary;
        var text = new StringBuilder();
        string hits = summary.CacheHitRate is double rate ? string.Create(CultureInfo.InvariantCulture, $", cache hits {rate:P0}") : "";
        text.AppendLine(CultureInfo.InvariantCulture, $"{summary.ExecutionsPerSecond:#,0.#} executions/s over {summary.Seconds:0.0} s{hits}");
        Table(text, "operation", summary.Operations);
        Table(text, "pattern", summary.Patterns);
        Table(text, "backend", summary.Backends);
        Table(text, "query type", summary.QueryTypes);
        if (report.OpenCircuits.Count > 0)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"open circuits: {string.Join(", ", report.OpenCircuits)}");
        }

        text.AppendLine(report.Bottlenecks.Count == 0 ? "no bottlenecks" : "bottlenecks:");
        foreach (Bottleneck bottleneck in report.Bottlenecks)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"- {bottleneck.What} {bottleneck.Recommendation}");
        }

        return text.ToString();
    }

    private static void Table(StringBuilder text, string title, IReadOnlyList<LatencySummary> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"{title,-16}{"count",10}{"errors",8}{"not made",9}{"mean",12}{"p50",12}{"p95",12}{"p99",12}{"max",12}");
        foreach (LatencySummary row in rows)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{row.Name,-16}{row.Count,10}{row.Errors,8}{row.Rejections,9}{Time(row.MeanMs),12}{Time(row.P50Ms),12}{Time(row.P95Ms),12}{Time(row.P99Ms),12}{Time(row.MaxMs),12}");
        }
    }

    private static string Time(double milliseconds) => milliseconds switch
    {
        < 0.001 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds * 1e6:0} ns"),
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds * 1e3:0.0} µs"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.0} ms"),
    };
}
