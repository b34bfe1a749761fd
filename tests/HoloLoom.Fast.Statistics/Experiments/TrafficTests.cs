using System.Text;
using HoloLoom.Fast.Experiments;
using HoloLoom.Fast.Internals;
using Xunit.Abstractions;

namespace HoloLoom.Fast.Statistics.Experiments;

/// <summary>Whether traffic is divided as the plan says, at random and by unit, and whether the alarm tells when it is not.</summary>
public sealed class TrafficTests(ITestOutputHelper output)
{
    /// <summary>How many times <see cref="CheckMultinomial"/> is asked.</summary>
    internal const int Checks = 4;

    private const int Units = 1_000_000;

    [Fact]
    public void A_false_mismatch_alarm_is_rarer_than_one_in_a_hundred()
    {
        int alarms = Enumerable.Range(1, 2000).AsParallel().Count(static seed => FirstAlarm(seed, 0.5, 20_000) is not null);
        output.WriteLine($"{alarms} of 2000 even divisions ever raise the alarm");
        Assert.InRange(alarms, 0, 20);
    }

    [Fact]
    public void A_bug_that_moves_two_in_a_hundred_is_found_within_fifty_thousand()
    {
        int?[] found = [.. Enumerable.Range(1, 200).AsParallel().Select(static seed => FirstAlarm(seed, 0.52, 50_000))];
        output.WriteLine($"52 to 48: {found.Count(static at => at is not null)} of 200 found, half of them within {found.Order().ElementAt(100)}");
        Assert.All(found, static at => Assert.NotNull(at));
    }

    [Fact]
    public void Units_are_divided_evenly_and_independently_between_experiments()
    {
        TrafficPlan first = Plan("one", 1, 1, 1, 1);
        TrafficPlan second = Plan("two", 1, 1, 1, 1);
        var counts = new long[16];
        foreach (string unit in Names())
        {
            counts[4 * (first.Sticky(unit) & 7) + (second.Sticky(unit) & 7)]++;
        }

        CheckMultinomial(counts, [.. Enumerable.Repeat(1.0 / 16, 16)]);
    }

    [Fact]
    public void Units_are_divided_by_weight()
    {
        TrafficPlan plan = Plan("weights", 1, 2, 3, 4);
        var counts = new long[4];
        foreach (string unit in Names())
        {
            counts[plan.Sticky(unit) & 7]++;
        }

        CheckMultinomial(counts, [0.1, 0.2, 0.3, 0.4]);
    }

    [Fact]
    public void Random_decisions_are_divided_as_the_plan_says()
    {
        var plan = new TrafficPlan(UnitHash.Of("x"u8), [1, 2, 3], [1, 1, 4], holdout: 0.1, exploration: 0);
        var random = new Random(1);
        var counts = new long[16];
        for (int i = 0; i < Units; i++)
        {
            counts[plan.Random((ulong)random.NextInt64() << 1 | (uint)random.Next(2))]++;
        }

        // Holdout, the slice of one half in three parts, and the rest, all for the third.
        long[] seen = [counts[3], counts[8], counts[9], counts[10], counts[2]];
        Assert.Equal(Units, seen.Sum());
        CheckMultinomial(seen, [0.1, 0.15, 0.15, 0.15, 0.45]);
    }

    [Fact]
    public void A_changed_weight_moves_no_more_units_than_it_must()
    {
        TrafficPlan before = Plan("move", 1, 1, 1);
        TrafficPlan after = Plan("move", 1, 1, 2);
        long[] moves = new long[9];
        foreach (string unit in Names())
        {
            moves[3 * (before.Sticky(unit) & 7) + (after.Sticky(unit) & 7)]++;
        }

        // From 1/3 to 1/2 of the traffic: one sixth moves, to the third variant and nowhere else.
        Assert.Equal(0, moves[1] + moves[3] + moves[6] + moves[7]);
        CheckMultinomial([moves[2], moves[5], Units - moves[2] - moves[5]], [1.0 / 12, 1.0 / 12, 10.0 / 12]);
    }

    private static IEnumerable<string> Names() => Enumerable.Range(0, Units).Select(static i => $"user-{i}");

    private static TrafficPlan Plan(string name, params double[] weights) => new(
        UnitHash.Of(Encoding.UTF8.GetBytes(name)),
        [.. weights.Select(static (_, i) => UnitHash.VariantQuestion(Encoding.UTF8.GetBytes($"variant {i}")))],
        weights,
        holdout: 0,
        exploration: 0);

    // n KL, as in FalseAlarms.
    private static void CheckMultinomial(long[] counts, double[] expected)
    {
        double n = counts.Sum();
        double divergence = counts.Select((count, i) => count == 0 ? 0 : count * Math.Log(count / (n * expected[i]))).Sum();
        Assert.InRange(divergence, 0, FalseAlarms.Multinomial(counts.Length));
    }

    private static int? FirstAlarm(int seed, double share, int decisions)
    {
        var random = new Random(seed);
        long[] counts = new long[2];
        double limit = -Math.Log(TrafficRatio.Alpha);
        int next = 0;
        for (int i = 1; i <= decisions; i++)
        {
            counts[random.NextDouble() < share ? 0 : 1]++;
            if (i < next)
            {
                continue;
            }

            double evidence = TrafficRatio.LogBayesFactor(counts);
            if (evidence >= limit)
            {
                return i;
            }

            // No decision multiplies the evidence by more than two.
            next = i + (int)Math.Ceiling((limit - evidence) / Math.Log(2));
        }

        return null;
    }
}
