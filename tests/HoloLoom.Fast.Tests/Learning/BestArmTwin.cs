namespace HoloLoom.Fast.Tests.Learning;

/// <summary>
/// The readable, slow twin of the best-arm quadrature: the trapezoidal rule on one even grid of log-odds. The integrands and their
/// derivatives vanish at both ends, so it converges faster than any power of the step. For shapes from about 0.3 to 1e4.
/// </summary>
internal static class BestArmTwin
{
    private const int Steps = 200_000;

    public static double[] Compute(double[] alpha, double[] beta)
    {
        int arms = alpha.Length;
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        for (int arm = 0; arm < arms; arm++)
        {
            double centre = Math.Log(alpha[arm] / beta[arm]);
            double width = 12 * Math.Sqrt(1 / alpha[arm] + 1 / beta[arm]);
            low = Math.Min(low, centre - width - 40 / alpha[arm]);
            high = Math.Max(high, centre + width + 40 / beta[arm]);
        }

        double step = (high - low) / Steps;
        var density = new double[arms][];
        var distribution = new double[arms][];
        for (int arm = 0; arm < arms; arm++)
        {
            density[arm] = Density(alpha[arm], beta[arm], low, step);
            distribution[arm] = new double[Steps + 1];
            for (int i = 1; i <= Steps; i++)
            {
                // Simpson's correction of the running trapezoidal sum: its error is the first difference of the density.
                distribution[arm][i] = distribution[arm][i - 1] + 0.5 * (density[arm][i - 1] + density[arm][i]);
            }

            for (int i = 1; i < Steps; i++)
            {
                distribution[arm][i] -= (density[arm][i + 1] - density[arm][i - 1]) / 24;
            }
        }

        var best = new double[arms];
        for (int i = 0; i <= Steps; i++)
        {
            for (int arm = 0; arm < arms; arm++)
            {
                double product = density[arm][i];
                for (int other = 0; other < arms && product > 0; other++)
                {
                    product *= other == arm ? 1 : distribution[other][i];
                }

                best[arm] += product;
            }
        }

        return best;
    }

    // Normalised by its own sum, so that no gamma function is needed.
    private static double[] Density(double alpha, double beta, double low, double step)
    {
        double peak = Log(Math.Log(alpha / beta));
        var density = new double[Steps + 1];
        double sum = 0;
        for (int i = 0; i <= Steps; i++)
        {
            density[i] = Math.Exp(Log(low + i * step) - peak);
            sum += density[i];
        }

        for (int i = 0; i <= Steps; i++)
        {
            density[i] /= sum;
        }

        return density;

        double Log(double y) => -alpha * SoftPlus(-y) - beta * SoftPlus(y);

        static double SoftPlus(double y) => Math.Max(y, 0) + Math.Log(1 + Math.Exp(-Math.Abs(y)));
    }
}
