using HoloLoom.Fast.Experiments;
using Xunit.Abstractions;

namespace HoloLoom.Fast.Statistics.Experiments;

/// <summary>
/// How often a winner is named that is none, and how soon a true one is. Seeds are fixed; the bounds are the promises themselves, and the
/// method keeps them with room, so that no correct implementation is near them.
/// </summary>
public sealed class WinnerTests(ITestOutputHelper output)
{
    private const double Alpha = 0.05;
    private const int Experiments = 2000;
    private const int Outcomes = 20_000;

    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.5, 1)]
    [InlineData(0.1, 0)]
    public void Without_a_difference_a_winner_is_rare_however_often_one_looks(double rate, int allocation)
    {
        int winners = Count(seed => new SimulatedExperiment(seed, rate, rate, (Allocation)allocation).FirstWinner(Outcomes, Alpha) is not null);
        output.WriteLine($"rate {rate}, {(Allocation)allocation}: {winners} of {Experiments} have a false winner");
        Assert.InRange(winners, 1, Experiments * Alpha);
    }

    [Fact]
    public void The_higher_rate_after_ten_or_a_normal_test_at_each_look_would_name_many()
    {
        int higherRate = 0;
        int normalTest = 0;
        _ = Count(seed =>
        {
            var experiment = new SimulatedExperiment(seed, 0.5, 0.5, Allocation.Uniform);
            bool named = false;
            for (int i = 1; i <= 2000 && !named; i++)
            {
                experiment.Next();
                if (i == 10 && experiment.Tally.Arms.Take(2).All(static arm => arm.Rewards.Count > 0))
                {
                    double[] rates = [.. experiment.Tally.Arms.Take(2).Select(static arm => arm.Rewards.S1 / arm.Rewards.Count)];
                    Interlocked.Add(ref higherRate, rates[0] != rates[1] ? 1 : 0);
                }

                named = i >= 20 && Math.Abs(experiment.Pair.S1) > 1.96 * Math.Sqrt(experiment.Pair.S2);
            }

            Interlocked.Add(ref normalTest, named ? 1 : 0);
            return named;
        });
        output.WriteLine($"of {Experiments} experiments without a difference: {higherRate} by the higher rate after ten, {normalTest} by a normal test at each look");
        Assert.InRange(higherRate, Experiments / 2, Experiments);
        Assert.InRange(normalTest, Experiments * 0.3, Experiments);
    }

    // The best method that research knows to be valid here takes 382 pairs in the median, asymptotically: 764 outcomes.
    [Fact]
    public void A_difference_of_a_tenth_is_found_within_1_6_times_the_sample_of_the_best_method()
    {
        int[] found = [.. Enumerable.Range(1, 1000)
            .AsParallel()
            .Select(static seed => new SimulatedExperiment((ulong)seed, 0.5, 0.6, Allocation.Uniform).FirstWinner(Outcomes, Alpha) ?? int.MaxValue)
            .Order()];
        output.WriteLine($".5 against .6: half found within {found[500]} outcomes, nine tenths within {found[900]}, the last after {found[^1]}");
        Assert.InRange(found[500], 100, 1.6 * 764);
        Assert.NotEqual(int.MaxValue, found[^1]);
    }

    [Fact]
    public void Half_of_the_traffic_in_the_slice_finds_it_under_thompson_allocation_too()
    {
        int found = Enumerable.Range(1, 200).AsParallel()
            .Count(static seed => new SimulatedExperiment((ulong)seed, 0.5, 0.6, Allocation.Thompson).FirstWinner(10_000, Alpha) is not null);
        output.WriteLine($".5 against .6 under Thompson allocation: {found} of 200 found within 10,000 outcomes");
        Assert.InRange(found, 190, 200);
    }

    [Theory]
    [InlineData(0.5, 0.5)]
    [InlineData(0.5, 0.6)]
    [InlineData(0.05, 0.02)]
    [InlineData(0.95, 0.9)]
    public void Intervals_hold_the_difference_at_all_times_at_once(double first, double second)
    {
        int missed = Count(seed =>
        {
            var experiment = new SimulatedExperiment(seed, first, second, Allocation.Uniform);
            double mean = 0.5 * (first - second);
            double limit = Math.Log(2 / Alpha);
            int next = 0;
            for (int i = 1; i <= 5000; i++)
            {
                experiment.Next();
                if (i < next)
                {
                    continue;
                }

                // An end passes the true mean exactly when the wealth of the bets against that mean passes the limit.
                double below = BettingMixture.LogWealth(experiment.Pair.Shifted(mean), 1 + Math.Max(0, mean));
                double above = BettingMixture.LogWealth(experiment.Pair.Negated.Shifted(-mean), 1 + Math.Max(0, -mean));
                if (Math.Max(below, above) >= limit)
                {
                    return true;
                }

                next = i + Math.Max(1, (int)((limit - Math.Max(below, above)) / (2 * BettingMixture.LargestStep)));
            }

            (double low, double high) = BettingMixture.Interval(experiment.Pair, Alpha);
            return low > mean || high < mean;
        });
        output.WriteLine($"rates {first} and {second}: {missed} of {Experiments} intervals ever miss");
        Assert.InRange(missed, 0, Experiments * Alpha);
    }

    private static int Count(Func<ulong, bool> happens) =>
        Enumerable.Range(1, Experiments).AsParallel().Count(seed => happens((ulong)seed));
}
