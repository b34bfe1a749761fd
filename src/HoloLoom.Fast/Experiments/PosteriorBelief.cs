using HoloLoom.Fast.Learning;

namespace HoloLoom.Fast.Experiments;

/// <summary>What a Bayesian with uniform priors believes: how likely each is the best, and what choosing it would lose.</summary>
internal static class PosteriorBelief
{
    private const int Panels = 400;

    public static (double[] Best, double[] Loss) Of(double[] alpha, double[] beta)
    {
        var best = new double[alpha.Length];
        BestArmProbability.Compute(alpha, beta, (1UL << alpha.Length) - 1, best);
        double largest = ExpectedLargest(alpha, beta);
        return (best, [.. alpha.Select((a, i) => Math.Max(0, largest - a / (a + beta[i])))]);
    }

    // E max = ∫ (1 − Π F_i) = high − ∫_low^high Π F_i, where Π F_i is 0 below and 1 above; by Simpson's rule.
    private static double ExpectedLargest(double[] alpha, double[] beta)
    {
        double low = 0, high = 0;
        for (int i = 0; i < alpha.Length; i++)
        {
            double mean = alpha[i] / (alpha[i] + beta[i]);
            double deviation = Math.Sqrt(mean * (1 - mean) / (alpha[i] + beta[i] + 1));
            low = Math.Max(low, mean - 9 * deviation);
            high = Math.Max(high, Math.Min(1, mean + 9 * deviation));
        }

        double width = (high - low) / (2 * Panels);
        double sum = 0;
        for (int i = 0; i <= 2 * Panels; i++)
        {
            double product = 1;
            for (int arm = 0; arm < alpha.Length; arm++)
            {
                product *= BetaDistribution.Cdf(low + i * width, alpha[arm], beta[arm]);
            }

            sum += product * (i == 0 || i == 2 * Panels ? 1 : i % 2 == 1 ? 4 : 2);
        }

        return high - sum * width / 3;
    }
}
