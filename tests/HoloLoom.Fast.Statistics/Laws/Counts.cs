namespace HoloLoom.Fast.Statistics.Laws;

/// <summary>Checks of counts and of means of bounded variables, with rates that hold for every sample size.</summary>
internal static class Counts
{
    /// <summary>A binomial count, by Chernoff's bound: P(K/n at least as far on that side) ≤ exp(−n KL(K/n, p)).</summary>
    public static Check Binomial(string name, long count, long of, double probability)
    {
        double share = (double)count / of;
        double divergence = count < 0 ? double.NaN : Term(share, probability) + Term(1 - share, 1 - probability);
        return new Check(name, of * divergence, FalseAlarms.Exponent);

        static double Term(double x, double p) => x <= 0 ? 0 : x * Math.Log(x / p);
    }

    /// <summary>The mean of independent variables that should have expectation 0, by Bernstein's inequality.</summary>
    /// <param name="name">The check's.</param>
    /// <param name="mean">The sample's mean.</param>
    /// <param name="variance">Of one variable.</param>
    /// <param name="bound">Of one variable's absolute value.</param>
    /// <param name="count">How many were averaged.</param>
    public static Check Mean(string name, double mean, double variance, double bound, long count) =>
        new(name, mean == 0 ? 0 : count * mean * mean / (2 * (variance + bound * Math.Abs(mean) / 3)), FalseAlarms.Exponent);

    /// <summary>Counts of several cells, by their relative entropy to what is expected. What falls outside the cells fails.</summary>
    public static Check Multinomial(string name, ReadOnlySpan<int> chosen, ReadOnlySpan<double> probability)
    {
        var counts = new long[probability.Length];
        foreach (int one in chosen)
        {
            if ((uint)one >= (uint)counts.Length)
            {
                return Check.Fact(name, false);
            }

            counts[one]++;
        }

        double n = chosen.Length;
        double divergence = 0;
        int cells = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            cells += probability[i] > 0 ? 1 : 0;
            divergence += counts[i] == 0 ? 0 : counts[i] * Math.Log(counts[i] / (n * probability[i]));
        }

        return new Check(name, divergence, FalseAlarms.Multinomial(Math.Max(2, cells)));
    }
}
