namespace HoloLoom.Fast.Statistics.Battery;

/// <summary>The rates that the battery states are true.</summary>
public sealed class FalseAlarmTests
{
    [Fact]
    public void All_checks_together_fail_a_correct_sampler_at_most_once_in_a_million()
    {
        int checks = SamplerBattery.All.Sum(static one => one.Checks) + RouterChoiceTests.Checks + Experiments.TrafficTests.Checks;
        Assert.InRange(checks, 600, 1000);
        Assert.True(checks * FalseAlarms.PerCheck <= FalseAlarms.Family);
    }

    [Theory]
    [InlineData(2.492, 0.05, 0.03)]
    [InlineData(3.857, 0.01, 0.06)]
    public void The_tail_of_Anderson_and_Darling_agrees_with_their_table(double z, double probability, double within) =>
        Assert.Equal(1, FalseAlarms.AndersonDarlingTail(z) / probability, within);

    [Theory]
    [InlineData(6)]
    [InlineData(10)]
    [InlineData(14)]
    [InlineData(19)]
    public void The_tail_of_Anderson_and_Darling_agrees_with_their_series(double z) =>
        Assert.Equal(1, FalseAlarms.AndersonDarlingTail(z) / (1 - AndersonDarling(z)), 0.06);

    [Fact]
    public void The_bound_on_the_divergence_holds_for_a_coin()
    {
        // P(n KL ≥ x), by all outcomes of n throws, for fair and unfair coins.
        foreach (double p in (double[])[0.5, 0.1, 0.01])
        {
            foreach (double x in (double[])[4, 10, 20])
            {
                const int Throws = 1000;
                double tail = 0;
                double term = Throws * Math.Log(1 - p);
                for (int k = 0; k <= Throws; k++)
                {
                    double share = (double)k / Throws;
                    double divergence = Term(share, p) + Term(1 - share, 1 - p);
                    tail += Throws * divergence >= x ? Math.Exp(term) : 0;
                    term += Math.Log((Throws - k) / (k + 1.0) * p / (1 - p));
                }

                Assert.InRange(tail, 0, Math.Min(2 * Math.Exp(-x), Math.Exp(1 - x + Math.Log(x))));
            }
        }

        static double Term(double x, double p) => x <= 0 ? 0 : x * Math.Log(x / p);
    }

    [Fact]
    public void Critical_values_are_where_the_tails_are()
    {
        Assert.Equal(FalseAlarms.PerCheck, 2 * Math.Exp(-2 * Math.Pow(FalseAlarms.KolmogorovSmirnov, 2)), 1e-15);
        Assert.Equal(FalseAlarms.PerCheck, FalseAlarms.AndersonDarlingTail(FalseAlarms.AndersonDarling), 1e-15);
        Assert.Equal(6.1, FalseAlarms.NormalDeviate(1), 0.02);
        Assert.Equal(FalseAlarms.PerCheck, Math.Exp(1 - FalseAlarms.Multinomial(2)) * FalseAlarms.Multinomial(2), 1e-15);
    }

    // P(A² ≤ z) for a large sample (Anderson and Darling, J. Am. Stat. Assoc. 49, 1954, doi:10.1080/01621459.1954.10501232).
    private static double AndersonDarling(double z)
    {
        double sum = 0;
        double coefficient = 1;
        for (int j = 0; j < 40; j++)
        {
            double t = (4 * j + 1) * (4 * j + 1) * Math.PI * Math.PI / (8 * z);
            sum += coefficient * (4 * j + 1) * Math.Exp(-t) * Integral(t);
            coefficient *= -(0.5 + j) / (j + 1);
        }

        return Math.Sqrt(2 * Math.PI) / z * sum;

        // The integrand is even and decays as a Gaussian: the trapezoidal rule is exact to a double.
        double Integral(double t)
        {
            double step = 0.002 / Math.Sqrt(t);
            double total = 0.5 * Math.Exp(z / 8);
            for (int i = 1; i < 5000; i++)
            {
                double w = i * step;
                total += Math.Exp(z / (8 * (w * w + 1)) - t * w * w);
            }

            return total * step;
        }
    }
}
