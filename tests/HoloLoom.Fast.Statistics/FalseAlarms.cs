namespace HoloLoom.Fast.Statistics;

/// <summary>
/// Critical values of the suite. Seeds are fixed, so a test passes or fails always; the error rate tells how likely a correct sampler was to
/// fail when the seeds were chosen. Each test may fail a correct sampler once in 2·10⁸ runs; with fewer than 100 tests, the suite once in 2·10⁶.
/// </summary>
internal static class FalseAlarms
{
    public const double PerTest = 5e-9;

    /// <summary>Kolmogorov's limit: P(√n D &gt; c) ≈ 2 exp(−2 c²).</summary>
    public static double KolmogorovSmirnov { get; } = Math.Sqrt(-0.5 * Math.Log(PerTest / 2));

    /// <summary>P(|Z| &gt; z) ≤ 2 φ(z) / z for a standard normal.</summary>
    public const double NormalDeviate = 5.9;

    /// <summary>√n times the largest distance between the sample and its law. Sorts the sample.</summary>
    public static double KsStatistic(double[] sample, Func<double, double> cdf)
    {
        Array.Sort(sample);
        double largest = 0;
        for (int i = 0; i < sample.Length; i++)
        {
            double f = cdf(sample[i]);
            largest = Math.Max(largest, Math.Max(f - (double)i / sample.Length, (i + 1.0) / sample.Length - f));
        }

        return largest * Math.Sqrt(sample.Length);
    }
}
