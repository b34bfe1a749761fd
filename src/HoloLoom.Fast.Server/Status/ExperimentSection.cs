using HoloLoom.Fast.Experiments;

namespace HoloLoom.Fast.Server.Status;

/// <summary>How the experiment goes.</summary>
internal static class ExperimentSection
{
    public static void Write(HtmlText page, StatusView view)
    {
        page.Add($"""<section aria-labelledby="experiment"><h2 id="experiment">Experiment</h2><div id="experiment-report" data-live>""");
        if (view.Experiment is ExperimentReport report)
        {
            Write(page, report);
        }
        else
        {
            page.Add($"<p>None is configured.</p>");
        }

        page.Add($"</div></section>\n");
    }

    private static void Write(HtmlText page, ExperimentReport report)
    {
        page.Add(
            $"""
            <p><b>{report.Name}</b>: {report.Verdict} {report.Advice}</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Variants">
            <table><caption>Variants: mean reward, with an interval that holds at all times at once but with probability {report.Alpha:0.###}</caption>
            <thead><tr><th scope="col" class="name">Variant</th><th scope="col" class="name">Strategy</th><th scope="col">Share</th><th scope="col">Decisions</th><th scope="col">Outcomes</th>
            <th scope="col">Reward</th><th scope="col">From</th><th scope="col">To</th><th scope="col" class="drawn">Drawn, 0 to 1</th><th scope="col">Latency</th>
            <th scope="col">95 % within</th><th scope="col">Best with probability</th><th scope="col" class="name">Guardrail</th></tr></thead><tbody>

            """);
        foreach (VariantReport variant in report.Variants)
        {
            page.Add(
                $"""
                <tr><th scope="row">{variant.Name}</th><td class="name">{variant.Strategy}</td><td>{Figures.Share(variant.Share, 1)}</td><td>{variant.Exposures}</td><td>{variant.Outcomes}</td>
                <td>{Figures.Mean(variant.MeanReward * variant.Outcomes, variant.Outcomes)}</td><td>{variant.RewardLow:0.000}</td><td>{variant.RewardHigh:0.000}</td><td class="drawn">
                """);
            Drawing.Interval(page, variant.RewardLow, variant.Outcomes == 0 ? (variant.RewardLow + variant.RewardHigh) / 2 : variant.MeanReward, variant.RewardHigh);
            page.Add(
                $"""
                </td><td>{Latency(variant, variant.MeanLatencyMs)}</td><td>{Latency(variant, variant.P95LatencyMs)}</td>
                <td>{(variant.ProbabilityBest is double best ? Figures.Share(best, 1) : "–")}</td><td class="name">{variant.BrokenGuardrail ?? "kept"}</td></tr>

                """);
        }

        page.Add($"</tbody></table></div>");
        if (report.MismatchAlarm)
        {
            page.Add($"<p><b>Traffic is divided so unevenly that something must be wrong: by chance it would be with probability {report.MismatchProbability:0.0e+0}.</b></p>");
        }

        if (report.Steps.Count > 0)
        {
            page.Add($"<p>What was done with the traffic:</p><ul>");
            foreach (TrafficStep step in report.Steps)
            {
                page.Add($"<li>{step.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: {step.Variant}, {step.Reason}</li>");
            }

            page.Add($"</ul>");
        }
    }

    private static string Latency(VariantReport variant, double milliseconds) => variant.Outcomes == 0 ? "–" : Figures.Duration((long)(milliseconds * 1e6));
}
