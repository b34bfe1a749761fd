using HoloLoom.Fast.Experiments;
using HoloLoom.Fast.Learning;

namespace HoloLoom.Fast.Statistics.Experiments;

/// <summary>Who gets the traffic outside the uniform slice.</summary>
internal enum Allocation
{
    /// <summary>All traffic is divided evenly.</summary>
    Uniform,

    /// <summary>Half of the traffic goes where Thompson sampling of the two variants' rates sends it.</summary>
    Thompson,
}

/// <summary>Two variants with known rates; the tally and the test are the product's own.</summary>
internal sealed class SimulatedExperiment(ulong seed, double first, double second, Allocation allocation)
{
    private readonly Random _random = new((int)seed);

    public ExperimentTally Tally { get; } = new(2, double.PositiveInfinity);

    public PowerSums Pair => Tally.Pairs[1];

    public void Next()
    {
        bool inSlice = allocation == Allocation.Uniform || _random.NextDouble() < 0.5;
        int arm = inSlice ? _random.Next(2) : Thompson();
        bool success = _random.NextDouble() < (arm == 0 ? first : second);
        Tally.Add(arm, inSlice, success ? 1 : 0, success, 0, 1);
    }

    /// <summary>Looks after every outcome; the number of outcomes at the first winner, or null.</summary>
    public int? FirstWinner(int outcomes, double alpha)
    {
        double limit = Math.Log(2 / alpha);
        int next = 0;
        for (int i = 1; i <= outcomes; i++)
        {
            Next();
            if (i < next)
            {
                continue;
            }

            // One outcome multiplies the wealth by a factor that is known, so looks that cannot succeed need not be made.
            double most = Math.Max(BettingMixture.LogWealth(Pair), BettingMixture.LogWealth(Pair.Negated));
            if (most >= limit)
            {
                return i;
            }

            next = i + (int)Math.Ceiling((limit - most) / BettingMixture.LargestStep);
        }

        return null;
    }

    // The posterior of a rate is close to a normal.
    private int Thompson() => Draw(Tally.Arms[0].Rewards) > Draw(Tally.Arms[1].Rewards) ? 0 : 1;

    private double Draw(in PowerSums rewards)
    {
        double mean = (1 + rewards.S1) / (2 + rewards.Count);
        double radius = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble()));
        return mean + Math.Sqrt(mean * (1 - mean) / (3 + rewards.Count)) * radius * Math.Cos(2 * Math.PI * _random.NextDouble());
    }
}
