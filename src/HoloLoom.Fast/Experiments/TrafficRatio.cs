using HoloLoom.Fast.Learning;

namespace HoloLoom.Fast.Experiments;

/// <summary>Whether counts fit a division into equal parts, however often one looks: an alarm for sample ratio mismatch.</summary>
/// <remarks>
/// The Bayes factor of any division, distributed as Dirichlet around the equal one, against the equal one: a martingale if that is true, so that
/// it ever reaches 1/α with probability at most α (Lindon and Malek, NeurIPS 2022, arXiv:2011.03567).
/// </remarks>
internal static class TrafficRatio
{
    /// <summary>The probability of ever raising a false alarm.</summary>
    public const double Alpha = 0.01;

    // Divisions that are off by one or two hundredths get the most weight.
    private const double Concentration = 1000;

    public static double LogBayesFactor(ReadOnlySpan<long> counts)
    {
        double share = 1.0 / counts.Length;
        double prior = Concentration * share;
        double total = 0;
        double log = 0;
        foreach (long count in counts)
        {
            total += count;
            log += BetaDistribution.LogGamma(prior + count) - BetaDistribution.LogGamma(prior) - count * Math.Log(share);
        }

        return log + BetaDistribution.LogGamma(Concentration) - BetaDistribution.LogGamma(Concentration + total);
    }
}
