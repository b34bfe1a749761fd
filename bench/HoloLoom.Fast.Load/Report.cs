using System.Globalization;
using System.Text;
using System.Text.Json;
using HdrHistogram;
using HoloLoom.Fast.Benchmarks.Reporting;

namespace HoloLoom.Fast.Load;

/// <summary>What a run came to, as a table to read and numbers to process.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, NewLine = "\n", PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static string Markdown(IRun run, string what, IReadOnlyList<long> memory)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{what}; {run.Elapsed.TotalSeconds:F0} s.\n\n");
        text.Append("| | count | per second | p50 ms | p99 ms | p99.9 ms | max ms |\n|---|---:|---:|---:|---:|---:|---:|\n");
        foreach ((string row, HistogramBase latencies) in run.Rows)
        {
            Row(text, row, latencies, run.Elapsed);
        }

        string answers = string.Join(", ", run.Answers.OrderBy(static answer => answer.Key, StringComparer.Ordinal).Select(static answer => $"{answer.Key} {answer.Value}"));
        string errors = string.Join(", ", run.Errors.Select(static error => $"{error.Value} × {error.Key}"));
        text.Append(CultureInfo.InvariantCulture, $"\n{(answers.Length > 0 ? $"Outcomes were answered: {answers}. " : "")}Errors: {(errors.Length > 0 ? errors : "none")}. ");
        text.Append(CultureInfo.InvariantCulture, $"Unanswered: {run.Unanswered}.\n");
        if (memory.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nThe server's resident memory, MB, in {memory.Count} equal parts of the day: {string.Join(" ", memory.Select(static bytes => bytes >> 20))}.\n");
        }

        return text.ToString();
    }

    public static void Write(string directory, string name, string markdown, IRun run, IReadOnlyList<long> memory)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, name + ".md"), $"# {name}\n\n{Machine.Current}\n\n{markdown}");
        var numbers = new
        {
            name,
            machine = Machine.Current.ToString(),
            seconds = run.Elapsed.TotalSeconds,
            rows = run.Rows.ToDictionary(static row => row.Name, static row => Numbers(row.Latencies)),
            answers = run.Answers,
            errors = run.Errors,
            run.Unanswered,
            residentBytes = memory,
        };
        File.WriteAllText(Path.Combine(directory, name + ".json"), JsonSerializer.Serialize(numbers, Format) + "\n");
    }

    private static void Row(StringBuilder text, string name, HistogramBase histogram, TimeSpan elapsed) =>
        text.Append(
            CultureInfo.InvariantCulture,
            $"| {name} | {histogram.TotalCount} | {histogram.TotalCount / elapsed.TotalSeconds:F0} | {At(histogram, 50):F2} | {At(histogram, 99):F2} | {At(histogram, 99.9):F2} | {histogram.GetMaxValue() / 1e3:F2} |\n");

    private static double At(HistogramBase histogram, double percentile) => histogram.GetValueAtPercentile(percentile) / 1e3;

    private static object Numbers(HistogramBase histogram) => new
    {
        count = histogram.TotalCount,
        p50Ms = At(histogram, 50),
        p99Ms = At(histogram, 99),
        p999Ms = At(histogram, 99.9),
        maxMs = histogram.GetMaxValue() / 1e3,
    };
}
