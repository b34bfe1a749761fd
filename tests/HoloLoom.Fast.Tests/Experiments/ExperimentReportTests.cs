using System.Text.Json;
using HoloLoom.Fast.Experiments;
using HoloLoom.Fast.Learning;
using HoloLoom.Fast.Persistence;
using HoloLoom.Fast.Tests.Persistence;

namespace HoloLoom.Fast.Tests.Experiments;

public sealed class ExperimentReportTests
{
    [Fact]
    public void An_experiment_without_outcomes_has_no_winner_and_no_claims()
    {
        using var router = new Router(RouterExperimentTests.Options());
        var report = ExperimentReport.Of(router);
        Assert.Null(report.Winner);
        Assert.Null(report.MoreOutcomes);
        ComparisonReport comparison = Assert.Single(report.Comparisons);
        Assert.Equal((-1.0, 1.0, 1.0, false), (comparison.DifferenceLow, comparison.DifferenceHigh, comparison.ErrorProbability, comparison.IsSure));
        Assert.All(report.Variants, static row => Assert.Equal((0.0, 1.0, 0.5), (row.RewardLow, row.RewardHigh, row.ProbabilityBest!.Value)));
        using var json = JsonDocument.Parse(report.ToJson());
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("winner").ValueKind);
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("comparisons")[0].GetProperty("lift").ValueKind);
    }

    [Fact]
    public void The_numbers_are_those_of_the_outcomes()
    {
        using var router = new Router(RouterExperimentTests.Options());
        var latencies = new List<double>[] { [], [] };
        double[] relevance = new double[2];
        for (int i = 0; i < 2000; i++)
        {
            Decision decision = router.Route("who");
            double latency = 10 + i % 200 * (1 + decision.Variant);
            latencies[decision.Variant].Add(latency);
            double relevant = decision.Variant == 0 && i % 5 != 0 ? 0.9 : 0.3;
            relevance[decision.Variant] += relevant;
            router.Record(decision.Id, new Outcome(relevant, latency));
        }

        var report = ExperimentReport.Of(router);
        for (int i = 0; i < 2; i++)
        {
            VariantReport row = report.Variants[i];
            Assert.Equal(relevance[i] / row.Outcomes, row.MeanRelevance, 1e-12);
            Assert.Equal(latencies[i].Average(), row.MeanLatencyMs, 1e-9);
            double[] sorted = [.. latencies[i].Order()];
            double p95 = sorted[(int)Math.Ceiling(0.95 * sorted.Length) - 1];
            Assert.InRange(row.P95LatencyMs / p95, 1 / 1.032, 1.032);
            double slowest = latencies.Max(static one => one.Average());
            Assert.Equal(0.4 * row.MeanRelevance + 0.3 * row.SuccessRate - 0.3 * row.MeanLatencyMs / slowest, row.Composite, 1e-12);
            Assert.InRange(row.MeanReward, row.RewardLow, row.RewardHigh);
        }

        ComparisonReport comparison = report.Comparisons.Single();
        Assert.Equal(("rules", "rules", true), (report.Winner, comparison.Better, comparison.IsSure));
        Assert.InRange(comparison.Difference, comparison.DifferenceLow, comparison.DifferenceHigh);
        Assert.InRange(report.Variants[0].MeanReward - report.Variants[1].MeanReward, comparison.DifferenceLow, comparison.DifferenceHigh);
        Assert.Equal(double.PositiveInfinity, comparison.LiftHigh);
        Assert.Equal(1, report.Variants[0].ProbabilityBest!.Value, 1e-9);
        Assert.Equal(report.Variants[0].MeanReward, report.Variants[1].ExpectedLoss!.Value, 0.01);
        Assert.Contains("| rules | rules | 50.0% |", report.ToMarkdown());
    }

    [Fact]
    public void Assignment_by_unit_is_warned_of_also_after_a_restart()
    {
        const string Warning = "Warning: decisions were assigned by unit.";
        using var directory = new TemporaryDirectory();
        RouterOptions options = RouterExperimentTests.Options() with { StateDirectory = directory.Path };
        using (var router = new Router(options))
        {
            router.Route("who");
            Assert.False(ExperimentReport.Of(router).AssignedByUnit);
            Assert.DoesNotContain(Warning, ExperimentReport.Of(router).ToText());
            router.Route("who"u8, BackendSet.All, "user 7"u8);
            Assert.True(ExperimentReport.Of(router).AssignedByUnit);
        }

        Assert.Contains(Warning, ExperimentReport.Read(directory.Path)[^1].ToText());
        using (var router = new Router(options))
        {
            Assert.Contains(Warning, ExperimentReport.Of(router).ToMarkdown());
            using var json = JsonDocument.Parse(ExperimentReport.Of(router).ToJson());
            Assert.True(json.RootElement.GetProperty("assigned_by_unit").GetBoolean());
        }
    }

    [Fact]
    public void A_correction_is_learned_and_not_compared_and_the_report_says_so()
    {
        using var router = new Router(RouterExperimentTests.Options());
        Decision decision = router.Route("who");
        var first = new Outcome(0.1, 10);
        router.Record(decision.Id, first);
        Assert.Equal(RecordResult.Accepted, router.Amend(decision.Id, first, new Outcome(0.9, 10)));
        var report = ExperimentReport.Of(router);
        Assert.Equal((1L, 0.0), (report.Variants[decision.Variant].Outcomes, report.Variants[decision.Variant].SuccessRate));
        Assert.Contains("as it was first reported. A correction that comes later is learned and left out here", report.ToText());
    }

    [Fact]
    public void The_forecast_is_about_right()
    {
        using var router = new Router(RouterExperimentTests.Options());
        var random = new Random(5);
        long forecast = 0;
        for (int i = 1; i <= 100_000; i++)
        {
            Decision decision = router.Route("who");
            router.Record(decision.Id, new Outcome(random.NextDouble() < 0.5 + 0.05 * decision.Variant ? 1 : 0, 10));
            if (i == 1500)
            {
                var early = ExperimentReport.Of(router);
                Assert.Null(early.Winner);
                forecast = i + early.MoreOutcomes!.Value;
            }

            if (i % 100 == 0 && ExperimentReport.Of(router).Winner is string winner)
            {
                Assert.Equal("random", winner);
                Assert.InRange(forecast / (double)i, 0.2, 5);
                return;
            }
        }

        Assert.Fail("no winner");
    }

    [Fact]
    public void An_uneven_slice_raises_the_alarm_and_forbids_a_winner()
    {
        ExperimentState state = State(exposures: [5000, 4000]);
        ExperimentReport report = ExperimentAnalysis.Analyse(state);
        Assert.True(report.MismatchAlarm);
        Assert.Null(report.Winner);
        Assert.Contains("not divided evenly", report.Verdict);
        Assert.Equal("a", ExperimentAnalysis.Analyse(State(exposures: [5000, 5000])).Winner);
    }

    [Fact]
    public void Expected_loss_and_probabilities_agree_with_their_closed_forms()
    {
        // P(B > A) = Σ_{i<b} B(a_A + i, b_A + b_B) / ((b_B + i) B(1 + i, b_B) B(a_A, b_A)); the reference values are in the literature's examples.
        (double[] best, double[] loss) = PosteriorBelief.Of([601, 401, 2], [401, 601, 3]);
        Assert.Equal([0.820111, 0.0, 0.179889], best.Select(static p => Math.Round(p, 6)));
        Assert.All(loss, static one => Assert.InRange(one, 0, 1));

        // For uniform variables the largest of two has the mean 2/3.
        (_, loss) = PosteriorBelief.Of([1, 1], [1, 1]);
        Assert.Equal(2.0 / 3 - 0.5, loss[0], 1e-6);
    }

    [Fact]
    public void Power_sums_shift_exactly()
    {
        var random = new Random(3);
        double[] numbers = [.. Enumerable.Range(0, 1000).Select(_ => random.NextDouble() - 0.5)];
        PowerSums sums = default, shifted = default;
        foreach (double x in numbers)
        {
            sums.Add(x);
            shifted.Add(x - 0.3);
        }

        PowerSums other = sums.Shifted(0.3);
        Assert.Equal(shifted.S1, other.S1, 1e-9);
        Assert.Equal(shifted.S2, other.S2, 1e-9);
        Assert.Equal(shifted.S3, other.S3, 1e-9);
        Assert.Equal(shifted.S4, other.S4, 1e-9);
    }

    // The sums stand for a product of factors, each of which must not be larger than the bettor's.
    [Fact]
    public void Wealth_is_never_more_than_that_of_the_bets()
    {
        for (double x = -1; x <= 1; x += 1.0 / 64)
        {
            PowerSums one = default;
            one.Add(x);
            double wealth = Math.Exp(BettingMixture.LogWealth(one));

            // No mixture of bets from 0 to 0.9 has more than the best of them.
            Assert.InRange(wealth, 0, 1 + 0.9 * Math.Max(0, x) + 1e-12);
            PowerSums opposite = one.Negated;
            Assert.InRange(0.5 * (wealth + Math.Exp(BettingMixture.LogWealth(opposite))), 0, 1 + 1e-12);
        }
    }

    private static ExperimentState State(long[] exposures) => new()
    {
        Name = "x",
        Running = true,
        Slice = 1,
        Variants = [.. exposures.Select(static (count, i) => new VariantState
        {
            Name = i == 0 ? "a" : "b",
            Configured = true,
            Weight = 1,
            Share = 0.5,
            Exposures = count,
            SliceExposures = count,
            Rewards = [1000, i == 0 ? 900 : 100, i == 0 ? 900 : 100, i == 0 ? 900 : 100, i == 0 ? 900 : 100],
            SliceRewards = [1000, i == 0 ? 900 : 100, i == 0 ? 900 : 100, i == 0 ? 900 : 100, i == 0 ? 900 : 100],
            Successes = i == 0 ? 900 : 100,
        })],
        Pairs = [new PairState { First = "a", Second = "b", Sums = [2000, 800, 500, 200, 125] }],
    };
}
