using System.Globalization;
using System.Text;

namespace HoloLoom.Fast.Experiments;

public sealed partial record ExperimentReport
{
    private static readonly string[] s_variantHeads =
        ["variant", "strategy", "share", "decisions", "outcomes", "success", "reward", "interval", "relevance", "latency ms", "p95 ms", "P(best)", "loss", "composite"];

    private static readonly string[] s_comparisonHeads = ["better", "other", "outcomes", "difference", "interval", "lift", "interval", "error", "sure"];

    /// <summary>The report for a terminal.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        Line(text, $"experiment {Name}: {(Winner is null ? "no winner" : $"winner {Winner}")}");
        Line(text, Verdict);
        Line(text, Advice);
        text.Append('\n');
        AppendColumns(text, s_variantHeads, [.. Variants.Select(Cells)]);
        if (Comparisons.Count > 0)
        {
            text.Append('\n');
            AppendColumns(text, s_comparisonHeads, [.. Comparisons.Select(Cells)]);
        }

        text.Append('\n');
        Notes().ForEach(note => Line(text, note));
        return text.ToString();
    }

    /// <summary>The report as Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        Line(text, $"# Experiment {Escaped(Name)}");
        text.Append('\n');
        Line(text, $"**{(Winner is null ? "No winner" : $"Winner: {Escaped(Winner)}")}.** {Escaped(Verdict)} {Escaped(Advice)}");
        text.Append('\n');
        AppendTable(text, s_variantHeads, [.. Variants.Select(Cells)]);
        if (Comparisons.Count > 0)
        {
            text.Append('\n');
            AppendTable(text, s_comparisonHeads, [.. Comparisons.Select(Cells)]);
        }

        text.Append('\n');
        Notes().ForEach(note => Line(text, $"- {Escaped(note)}"));
        return text.ToString();
    }

    private List<string> Notes()
    {
        var notes = new List<string>
        {
            Invariant($"Looked at as often as one likes, a false winner is named with probability {Alpha} at most; each interval holds at all times at once but with probability {Alpha}."),
            Invariant($"Compared on the {Slice:0.#%} of the experiment's traffic that is divided evenly; so uneven a division as found has probability {MismatchProbability:0.###} by chance."),
            SharedPosteriors
                ? "The variants share what is learned: each profits from the others' outcomes, and only their choices are compared."
                : "Each variant learns from its own outcomes alone.",
            "Compared is each outcome as it was first reported. A correction that comes later is learned and left out here: whether one comes may depend on the variant.",
        };
        if (AssignedByUnit)
        {
            notes.Add(
                "Warning: decisions were assigned by unit. If a unit comes back and is alike each time, its outcomes are not independent, and a false winner is "
                + "likelier than stated: report one outcome a unit, or assign at random.");
        }

        notes.AddRange(Variants.Where(static v => v.BrokenGuardrail is not null).Select(static v => $"{v.Name} breaks a guardrail: {v.BrokenGuardrail}."));
        notes.AddRange(Steps.Select(static step => Invariant($"{step.At.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z {step.Kind} {step.Variant}: {step.Reason}")));
        return notes;
    }

    private static string[] Cells(VariantReport row) =>
    [
        row.Name,
        row.Strategy,
        Invariant($"{row.Share:0.0%}"),
        Invariant($"{row.Exposures}"),
        Invariant($"{row.Outcomes}"),
        Invariant($"{row.SuccessRate:0.000}"),
        Invariant($"{row.MeanReward:0.000}"),
        Invariant($"{row.RewardLow:0.000}–{row.RewardHigh:0.000}"),
        Invariant($"{row.MeanRelevance:0.000}"),
        Invariant($"{row.MeanLatencyMs:0.#}"),
        Invariant($"{row.P95LatencyMs:0.#}"),
        row.ProbabilityBest is double best ? Invariant($"{best:0.000}") : "",
        row.ExpectedLoss is double loss ? Invariant($"{loss:0.0000}") : "",
        Invariant($"{row.Composite:0.000}"),
    ];

    private static string[] Cells(ComparisonReport row) =>
    [
        row.Better,
        row.Other,
        Invariant($"{row.Outcomes}"),
        Invariant($"{row.Difference:+0.000;-0.000;0.000}"),
        Invariant($"{row.DifferenceLow:+0.000;-0.000;0.000} to {row.DifferenceHigh:+0.000;-0.000;0.000}"),
        Percent(row.Lift),
        $"{Percent(row.LiftLow)} to {Percent(row.LiftHigh)}",
        row.ErrorProbability < 0.001 ? Invariant($"{row.ErrorProbability:0.0e+0}") : Invariant($"{row.ErrorProbability:0.000}"),
        row.IsSure ? "yes" : "no",
    ];

    private static string Percent(double part) => double.IsFinite(part) ? Invariant($"{part:+0.0%;-0.0%;0.0%}") : "?";

    private static void AppendColumns(StringBuilder text, string[] heads, string[][] rows)
    {
        int[] widths = [.. heads.Select((head, i) => rows.Select(row => row[i].Length).Append(head.Length).Max())];
        foreach (string[] row in (string[][])[heads, .. rows])
        {
            // Names to the left, numbers to the right.
            Line(text, string.Join(' ', row.Select((cell, i) => i < 2 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))).TrimEnd());
        }
    }

    private static void AppendTable(StringBuilder text, string[] heads, string[][] rows)
    {
        Line(text, $"| {string.Join(" | ", heads)} |");
        Line(text, $"|{string.Concat(heads.Select(static (_, i) => i < 2 ? "---|" : "---:|"))}");
        foreach (string[] row in rows)
        {
            Line(text, $"| {string.Join(" | ", row.Select(Escaped))} |");
        }
    }

    private static string Escaped(string text)
    {
        var escaped = new StringBuilder();
        foreach (char c in text)
        {
            escaped.Append(c is '|' or '*' or '_' or '`' or '<' or '[' or ']' or '#' or '\\' ? "\\" : "").Append(c);
        }

        return escaped.ToString();
    }

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
