using HoloLoom.Fast.Learning;
using HoloLoom.Fast.Sampling;

namespace HoloLoom.Fast.Statistics;

/// <summary>The samplers against the exact laws.</summary>
public sealed class SamplerLawTests
{
    private const int Draws = 1_000_000;

    [Fact]
    public void Uniform_draws_are_uniform()
    {
        var generator = Xoshiro256.FromSeed(101);
        Assert.True(FalseAlarms.KsStatistic(Sample(() => generator.NextOpenDouble()), static x => x) < FalseAlarms.KolmogorovSmirnov);
    }

    [Fact]
    public void Normal_draws_are_normal()
    {
        var generator = Xoshiro256.FromSeed(102);
        Assert.True(FalseAlarms.KsStatistic(Sample(() => Normal.Next(ref generator)), NormalCdf) < FalseAlarms.KolmogorovSmirnov);
    }

    [Theory]
    [InlineData(3.0)]
    [InlineData(3.6541528853610088)]
    [InlineData(4.0)]
    public void The_normal_tails_hold_what_they_should(double beyond)
    {
        const int Count = 10_000_000;
        var generator = Xoshiro256.FromSeed(103);
        int low = 0, high = 0;
        for (int i = 0; i < Count; i++)
        {
            double x = Normal.Next(ref generator);
            low += x < -beyond ? 1 : 0;
            high += x > beyond ? 1 : 0;
        }

        double expected = Count * NormalCdf(-beyond);
        Assert.InRange((low - expected) / Math.Sqrt(expected), -FalseAlarms.NormalDeviate, FalseAlarms.NormalDeviate);
        Assert.InRange((high - expected) / Math.Sqrt(expected), -FalseAlarms.NormalDeviate, FalseAlarms.NormalDeviate);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    [InlineData(1.5, 1.5)]
    [InlineData(2, 3)]
    [InlineData(5, 1.2)]
    [InlineData(20, 5)]
    [InlineData(500, 300)]
    [InlineData(3, 4000)]
    [InlineData(0.5, 0.5)]
    [InlineData(0.9, 0.9)]
    [InlineData(0.3, 40)]
    [InlineData(7, 0.4)]
    [InlineData(0.2, 1)]
    public void Beta_draws_follow_the_beta_law(double alpha, double beta)
    {
        double[] sample = BetaSample(alpha, beta, 104);
        Assert.True(FalseAlarms.KsStatistic(sample, x => BetaDistribution.Cdf(x, alpha, beta)) < FalseAlarms.KolmogorovSmirnov);
    }

    [Theory]
    [InlineData(2, 3, 2, 3.05)]
    [InlineData(0.5, 0.5, 0.5, 0.51)]
    [InlineData(500, 300, 302, 500)]
    [InlineData(1, 1, 1.01, 1)]
    public void A_slightly_wrong_law_is_caught(double alpha, double beta, double wrongAlpha, double wrongBeta)
    {
        double[] sample = BetaSample(alpha, beta, 105);
        Assert.True(FalseAlarms.KsStatistic(sample, x => BetaDistribution.Cdf(x, wrongAlpha, wrongBeta)) > FalseAlarms.KolmogorovSmirnov);
    }

    [Fact]
    public void The_squeeze_never_accepts_what_the_exact_test_rejects()
    {
        // Worst at shape 1; the bound on u is 1 − squeeze x⁴, and the exact one exp(x²/2 + d (1 − v + ln v)).
        foreach (double shape in (double[])[1, 1.0001, 1.01, 1.1, 1.5, 2, 3, 5, 10, 100, 1e4, 1e8])
        {
            GammaShape constants = GammaShape.Of(shape);
            for (int i = 1; i < 200_000; i++)
            {
                double x = -1 / constants.C + i * (12.0 + 1 / constants.C) / 200_000;
                double t = 1 + constants.C * x;
                double v = t * t * t;
                double squeeze = 1 - constants.Squeeze * x * x * x * x;
                if (t > 0 && squeeze > 0)
                {
                    double exact = 0.5 * x * x + constants.D * (1 - v + Math.Log(v));
                    Assert.True(Math.Log(squeeze) <= exact + 1e-9, FormattableString.Invariant($"shape {shape}, x {x}"));
                }
            }
        }
    }

    private static double[] BetaSample(double alpha, double beta, ulong seed)
    {
        var row = new double[ArmParameters.Fields * 8];
        ArmParameters.Set(row, 8, 0, GammaShape.Of(alpha), GammaShape.Of(beta));
        var generator = Xoshiro256.FromSeed(seed);
        var draw = new double[1];
        return Sample(() =>
        {
            BestArm.Select(row, 8, 1, ref generator, draw);
            return draw[0];
        });
    }

    private static double[] Sample(Func<double> next)
    {
        var sample = new double[Draws];
        for (int i = 0; i < Draws; i++)
        {
            sample[i] = next();
        }

        return sample;
    }

    // P(Z ≤ x) by the continued fraction of Mills' ratio in the tails, and by the series of erf in the middle; both converge to a double.
    private static double NormalCdf(double x)
    {
        double a = Math.Abs(x);
        double upper;
        if (a < 2.5)
        {
            double term = a, sum = a;
            for (int k = 1; k < 100; k++)
            {
                term *= a * a / (2 * k + 1);
                sum += term;
            }

            upper = 0.5 - sum * Math.Exp(-0.5 * a * a) / Math.Sqrt(2 * Math.PI);
        }
        else
        {
            double fraction = 0;
            for (int k = 200; k > 0; k--)
            {
                fraction = k / (a + fraction);
            }

            upper = Math.Exp(-0.5 * a * a) / Math.Sqrt(2 * Math.PI) / (a + fraction);
        }

        return x < 0 ? upper : 1 - upper;
    }
}
