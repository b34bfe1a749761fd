using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using HoloLoom.Fast.Learning;

namespace HoloLoom.Fast.Tests.Learning;

public sealed class BetaDistributionTests
{
    [Theory]
    // Closed forms: Beta(1,1) is uniform, Beta(a,1) is x^a, Beta(1,b) is 1 − (1−x)^b, Beta(½,½) the arcsine law, Beta(2,2) is 3x² − 2x³.
    [InlineData(0.3, 1, 1, 0.3)]
    [InlineData(0.3, 5, 1, 0.00243)]
    [InlineData(0.3, 1, 5, 0.83193)]
    [InlineData(0.25, 0.5, 0.5, 1.0 / 3)]
    [InlineData(0.3, 2, 2, 0.216)]
    [InlineData(0.5, 1e4, 1e4, 0.5)]
    [InlineData(0.5, 7, 7, 0.5)]
    public void The_distribution_function_agrees_with_closed_forms(double x, double a, double b, double expected) =>
        Assert.Equal(expected, BetaDistribution.Cdf(x, a, b), 11);

    [Theory]
    [InlineData(3, 8)]
    [InlineData(12, 30)]
    [InlineData(40, 3)]
    [InlineData(250, 15)]
    public void Whole_shapes_agree_with_the_binomial_sum(int a, int b)
    {
        // I_x(a, b) = P(Bin(a + b − 1, x) ≥ a).
        foreach (double x in (double[])[0.05, 0.3, 0.5, 0.9, 0.97])
        {
            int n = a + b - 1;
            double logTerm = n * Math.Log(1 - x);
            double sum = 0;
            for (int k = 0; k <= n; k++)
            {
                sum += k >= a ? Math.Exp(logTerm) : 0;
                logTerm += Math.Log((n - k) / (k + 1.0)) + Math.Log(x / (1 - x));
            }

            Assert.Equal(sum, BetaDistribution.Cdf(x, a, b), 10);
        }
    }

    [Property]
    public Property Quantiles_invert_the_distribution_function() =>
        Prop.ForAll(
            Gen.Choose(1, 999).Select(i => i / 1000.0).ToArbitrary(),
            Gen.Choose(-100, 400).Select(i => Math.Pow(10, i / 100.0)).Two().ToArbitrary(),
            (p, shapes) =>
            {
                (double a, double b) = shapes;
                return IsInverse(p, a, b);
            });

    [Fact]
    public void A_quantile_close_to_one_is_the_nearest_double_or_so() => Assert.True(IsInverse(0.992, 3630.780548, 0.2454708916));

    [Fact]
    public void The_usual_interval_of_a_textbook_posterior()
    {
        // 8 of 10 successes on a uniform prior, Beta(9, 3); values from R's qbeta.
        Assert.Equal(0.4822441, BetaDistribution.Quantile(0.025, 9, 3), 6);
        Assert.Equal(0.9397823, BetaDistribution.Quantile(0.975, 9, 3), 6);
    }

    // Where the law is steep, as it is close to 1 for a small b, doubles next to each other lie on either side of p.
    private static bool IsInverse(double p, double a, double b)
    {
        const int Steps = 4;
        double x = BetaDistribution.Quantile(p, a, b);
        (double below, double above) = (x, x);
        for (int i = 0; i < Steps; i++)
        {
            (below, above) = (Math.BitDecrement(below), Math.BitIncrement(above));
        }

        return BetaDistribution.Cdf(below, a, b) - 1e-9 <= p && p <= BetaDistribution.Cdf(above, a, b) + 1e-9;
    }
}
