using HoloLoom.Fast.Learning;
using HoloLoom.Fast.Persistence;

namespace HoloLoom.Fast.Experiments;

/// <summary>Makes a report of what an experiment counted.</summary>
internal static class ExperimentAnalysis
{
    // Beyond this many outcomes a forecast says no more than that there is nothing to be seen.
    private const double Forever = 1e9;

    public static ExperimentReport Analyse(ExperimentState state)
    {
        VariantState[] variants = [.. state.Variants.Where(static v => v.Configured && v.Name != ExperimentOptions.HoldoutName)];
        VariantState[] running = [.. variants.Where(static v => v.Weight is not null)];
        double slowest = variants.Max(MeanLatency);
        VariantReport[] rows = [.. state.Variants
            .Where(v => v.Configured && (v.Name != ExperimentOptions.HoldoutName || state.Holdout > 0 || v.Exposures > 0))
            .Select(v => Row(v, state, slowest, variants.Length))];
        AddBeliefs(rows, running);

        ComparisonReport[] comparisons = [.. running
            .SelectMany((first, i) => running.Skip(i + 1).Select(second => Compare(first, second, state, running.Length)))];
        (bool alarm, double mismatch) = Mismatch(running);
        string? better = running.Select(static v => v.Name).FirstOrDefault(name =>
            comparisons.Count(c => c.IsSure && c.Better == name) == running.Length - 1);
        VariantReport? broken = rows.FirstOrDefault(row => row.BrokenGuardrail is not null && row.Name == better);
        string? winner = alarm || broken is not null || running.Length < 2 ? null : better;
        long? more = winner is null && running.Length > 1 ? MoreOutcomes(running, state) : 0;
        (string verdict, string advice) = Words.Judge(winner, better, broken, alarm, mismatch, more, comparisons, running);
        return new ExperimentReport(
            state.Name,
            winner,
            verdict,
            advice,
            state.Alpha,
            state.SharePosteriors,
            state.Slice,
            alarm,
            mismatch,
            more,
            rows,
            comparisons,
            [.. state.Steps.Select(static step => new TrafficStep(step.At, step.Kind, step.Variant, step.Reason))])
        {
            AssignedByUnit = state.ByUnit,
        };
    }

    private static VariantReport Row(VariantState variant, ExperimentState state, double slowest, int variants)
    {
        PowerSums rewards = Sums(variant.Rewards);
        double outcomes = Math.Max(1, rewards.Count);
        (double low, double high) = BettingMixture.Interval(rewards.Shifted(0.5), state.Alpha);
        double relevance = variant.RelevanceSum / outcomes;
        double success = variant.Successes / outcomes;
        double latency = MeanLatency(variant);
        bool isHoldout = variant.Name == ExperimentOptions.HoldoutName;
        return new VariantReport(
            variant.Name,
            variant.Strategy,
            isHoldout ? state.Holdout : variant.Weight is null ? 0 : variant.Share,
            variant.Exposures,
            (long)rewards.Count,
            success,
            rewards.S1 / outcomes,
            Math.Max(0, low + 0.5),
            Math.Min(1, high + 0.5),
            relevance,
            latency,
            Quantile(variant, 0.95),
            null,
            null,
            0.4 * relevance + 0.3 * success - 0.3 * (slowest > 0 ? Math.Min(1, latency / slowest) : 0),
            isHoldout ? null : BrokenGuardrail(variant, state, state.Alpha / (2 * variants)));
    }

    private static void AddBeliefs(VariantReport[] rows, VariantState[] running)
    {
        if (running.Length == 0)
        {
            return;
        }

        double[] alpha = [.. running.Select(static v => 1 + v.Rewards[1])];
        double[] beta = [.. running.Select(static v => 1 + Math.Max(0, v.Rewards[0] - v.Rewards[1]))];
        (double[] best, double[] loss) = PosteriorBelief.Of(alpha, beta);
        for (int i = 0; i < running.Length; i++)
        {
            int row = Array.FindIndex(rows, row => row.Name == running[i].Name);
            rows[row] = rows[row] with { ProbabilityBest = best[i], ExpectedLoss = loss[i] };
        }
    }

    // Not sure that a limit is kept, but sure that it is not.
    private static string? BrokenGuardrail(VariantState variant, ExperimentState state, double alpha)
    {
        double outcomes = variant.Rewards[0];
        if (state.FailureRate is double limit)
        {
            double failures = outcomes - variant.Successes;
            double low = BettingMixture.LowerBound(OfBits(outcomes, failures), alpha) + 0.5;
            if (low > limit)
            {
                return FormattableString.Invariant(
                    $"its failure rate is {failures / outcomes:0.000}, surely above {low:0.000}; the guardrail is {limit:0.###}");
            }
        }

        if (state.P95LatencyMs is double slow)
        {
            double low = BettingMixture.LowerBound(OfBits(outcomes, variant.Slow), alpha) + 0.5;
            if (low > 0.05)
            {
                return FormattableString.Invariant(
                    $"{variant.Slow / outcomes:0.0%} of its outcomes took longer than {slow:0.###} ms, surely more than {low:0.0%}; the guardrail is 5.0%");
            }
        }

        return null;
    }

    // Of zeros and ones, less one half.
    private static PowerSums OfBits(double count, double ones)
    {
        double balance = 0.5 * (2 * ones - count);
        return new PowerSums(count, balance, 0.25 * count, 0.25 * balance, 0.0625 * count);
    }

    private static ComparisonReport Compare(VariantState first, VariantState second, ExperimentState state, int running)
    {
        PowerSums sums = PairSums(first.Name, second.Name, state);
        (VariantState better, VariantState other) = (first, second);
        if (sums.S1 < 0)
        {
            (better, other, sums) = (second, first, sums.Negated);
        }

        double error = Math.Min(1, running * Math.Exp(-BettingMixture.LogWealth(sums)));
        double difference = sums.Count > 0 ? 2 * sums.S1 / sums.Count : 0;
        (double low, double high) = Difference(sums, state.Alpha);
        PowerSums baseline = Sums(other.SliceRewards).Shifted(0.5);
        double mean = baseline.Count > 0 ? baseline.S1 / baseline.Count + 0.5 : double.NaN;

        // The ratio of two intervals, each of which may err with half of α.
        (double meanLow, double meanHigh) = BettingMixture.Interval(baseline, state.Alpha / 2);
        (meanLow, meanHigh) = (Math.Max(0, meanLow + 0.5), Math.Min(1, meanHigh + 0.5));
        (double liftLow, double liftHigh) = Difference(sums, state.Alpha / 2);
        return new ComparisonReport(
            better.Name,
            other.Name,
            (long)sums.Count,
            difference,
            low,
            high,
            mean > 0 ? difference / mean : double.NaN,
            Math.Max(-1, liftLow >= 0 ? liftLow / meanHigh : liftLow / meanLow),
            liftHigh >= 0 ? liftHigh / meanLow : liftHigh / meanHigh,
            error,
            error <= state.Alpha);
    }

    private static (double Low, double High) Difference(in PowerSums sums, double alpha)
    {
        (double low, double high) = BettingMixture.Interval(sums, alpha);
        return (Math.Max(-1, 2 * low), Math.Min(1, 2 * high));
    }

    private static (bool Alarm, double Probability) Mismatch(VariantState[] running)
    {
        if (running.Length < 2)
        {
            return (false, 1);
        }

        long[] counts = [.. running.Select(static v => v.SliceExposures - v.BeforeChange)];
        double probability = Math.Min(1, Math.Exp(-TrafficRatio.LogBayesFactor(counts)));
        return (probability <= TrafficRatio.Alpha, probability);
    }

    // In the long run the logarithm of the wealth grows by half of the squared mean over the second moment, with each outcome.
    private static long? MoreOutcomes(VariantState[] running, ExperimentState state)
    {
        VariantState leader = running.MaxBy(static v => v.SliceRewards[0] > 0 ? v.SliceRewards[1] / v.SliceRewards[0] : 0)!;
        double needed = Math.Log(running.Length / state.Alpha);
        double most = 0;
        foreach (VariantState other in running)
        {
            if (other == leader)
            {
                continue;
            }

            PowerSums sums = PairSums(leader.Name, other.Name, state);
            double growth = sums.S1 > 0 ? sums.S1 * sums.S1 / (2 * sums.S2 * sums.Count) : 0;
            double missing = Math.Max(0, needed - BettingMixture.LogWealth(sums));
            most = Math.Max(most, missing / growth);
        }

        // Of the slice, two of the variants' parts bear on a pair.
        double all = most * running.Length / (2 * state.Slice);
        return all < Forever ? (long)Math.Ceiling(all) : null;
    }

    private static PowerSums PairSums(string first, string second, ExperimentState state)
    {
        foreach (PairState pair in state.Pairs)
        {
            if (pair.First == first && pair.Second == second)
            {
                return Sums(pair.Sums);
            }

            if (pair.First == second && pair.Second == first)
            {
                return Sums(pair.Sums).Negated;
            }
        }

        return default;
    }

    private static double MeanLatency(VariantState variant) => variant.LatencySumMs / Math.Max(1, variant.Rewards[0]);

    private static double Quantile(VariantState variant, double p)
    {
        var counts = new long[LatencyHistogram.Buckets];
        for (int i = 0; i + 1 < variant.Latencies.Length; i += 2)
        {
            counts[(int)Math.Clamp(variant.Latencies[i], 0, LatencyHistogram.Buckets - 1)] += variant.Latencies[i + 1];
        }

        double quantile = LatencyHistogram.Quantile(counts, p);
        return double.IsNaN(quantile) ? 0 : quantile;
    }

    private static PowerSums Sums(double[] numbers) => numbers.Length < 5 ? default : new(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
}
