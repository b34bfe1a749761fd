using HoloLoom.Fast.Learning;

namespace HoloLoom.Fast.Statistics.Laws;

/// <summary>
/// The tabulated laws against closed forms, and against the product's own incomplete beta function: two implementations that share nothing.
/// </summary>
public sealed class LawTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(0.01, 1)]
    [InlineData(0.2, 1)]
    [InlineData(7, 1)]
    [InlineData(500, 1)]
    public void Powers_of_uniforms(double alpha, double beta)
    {
        // Beta(a, 1) has the distribution function θ^a, and Beta(1, a) is its mirror image.
        Law law = Law.LogOdds(alpha, beta);
        Law mirrored = Law.LogOdds(beta, alpha);
        for (double y = -600; y < 40; y += 0.173)
        {
            double below = -alpha * (Math.Max(-y, 0) + Math.Log(1 + Math.Exp(-Math.Abs(y))));
            if (below > -40)
            {
                Near(below, law.At(y).LogBelow);
                Near(below, mirrored.At(-y).LogAbove);
            }
        }
    }

    [Fact]
    public void The_arcsine_law()
    {
        Law law = Law.LogOdds(0.5, 0.5);
        for (double y = -30; y < 30; y += 0.0917)
        {
            Near(Math.Log(2 / Math.PI * Math.Atan(Math.Exp(0.5 * y))), law.At(y).LogBelow);
        }
    }

    [Theory]
    [InlineData(0.01, 0.01)]
    [InlineData(0.001, 5)]
    [InlineData(5, 0.01)]
    [InlineData(0.3, 40)]
    [InlineData(2, 3)]
    [InlineData(5, 1.2)]
    [InlineData(500, 300)]
    [InlineData(3, 4000)]
    [InlineData(1e6, 1e6)]
    public void The_incomplete_beta_function(double alpha, double beta)
    {
        Law law = Law.LogOdds(alpha, beta);
        double deviation = Math.Sqrt(1 / alpha + 1 / beta);
        for (double z = -5; z <= 5; z += 0.0313)
        {
            double y = Math.Log(alpha / beta) + z * deviation;
            double x = 1 / (1 + Math.Exp(-y));
            if (x is > 1e-300 and < 1 - 1e-8)
            {
                (double below, double above) = law.At(y);
                Assert.Equal(BetaDistribution.Cdf(x, alpha, beta), Math.Exp(below), 2e-8);
                Assert.Equal(1 - BetaDistribution.Cdf(x, alpha, beta), Math.Exp(above), 2e-8);
            }
        }
    }

    [Fact]
    public void Gammas_of_whole_shape()
    {
        // P(G > x) = e^−x Σ_{k<shape} x^k / k!.
        foreach (int shape in (int[])[1, 2, 5])
        {
            Law law = Law.LogGamma(shape);
            for (double y = -4; y < 3.4; y += 0.0371)
            {
                double x = Math.Exp(y);
                double term = 1, sum = 0;
                for (int k = 0; k < shape; k++)
                {
                    sum += term;
                    term *= x / (k + 1);
                }

                Near(Math.Log(sum) - x, law.At(y).LogAbove);
            }
        }
    }

    [Fact]
    public void The_normal_law()
    {
        Law law = Law.Normal();
        Near(Math.Log(0.5), law.At(0).LogBelow);
        Near(Math.Log(1.3498980316300946e-3), law.At(3).LogAbove);
        Near(Math.Log(3.1671241833119924e-5), law.At(4).LogAbove);
        Near(Math.Log(2.8665157187919391e-7), law.At(-5).LogBelow);
    }

    [Theory]
    [InlineData(2, 3, 2, 3.05)]
    [InlineData(0.5, 0.5, 0.5, 0.51)]
    [InlineData(500, 300, 302, 500)]
    [InlineData(1, 1, 1.01, 1)]
    public void A_slightly_wrong_law_is_seen(double alpha, double beta, double wrongAlpha, double wrongBeta)
    {
        var draws = new double[1_000_000];
        var logOdds = new double[draws.Length];
        new SamplerUnderTest().Beta(alpha, beta, 105, draws, logOdds);
        var sample = new SortedSample(logOdds, Law.LogOdds(wrongAlpha, wrongBeta));
        Assert.All(sample.DistanceChecks(""), static check => Assert.False(check.Passes));
    }

    [Fact]
    public void A_sample_with_a_number_that_is_none_fails_every_check()
    {
        var sample = new SortedSample([0.1, double.NaN, 0.2, -1], Law.Normal());
        Check[] checks = [.. sample.DistanceChecks(""), .. sample.NeymanChecks(""), .. sample.TailChecks("", 0.1)];
        Assert.All(checks, static check => Assert.False(check.Passes));
    }

    private static void Near(double expected, double actual) => Assert.Equal(expected, actual, 1e-7);
}
