namespace HoloLoom.Fast.Learning;

/// <summary>Distribution function and quantiles of Beta(a, b), for credible intervals. Density x^(a−1) (1−x)^(b−1) / B(a, b) on (0, 1).</summary>
internal static class BetaDistribution
{
    /// <summary>P(X ≤ x), the regularised incomplete beta function, by its continued fraction (Abramowitz and Stegun 26.5.8).</summary>
    /// <param name="x">0..1.</param>
    /// <param name="a">Above 0.</param>
    /// <param name="b">Above 0.</param>
    public static double Cdf(double x, double a, double b)
    {
        if (x <= 0)
        {
            return 0;
        }

        if (x >= 1)
        {
            return 1;
        }

        // The fraction converges quickly left of the mean; the other side follows from I_x(a, b) = 1 − I_{1−x}(b, a).
        return x <= (a + 1) / (a + b + 2) ? LeftOfMean(x, a, b) : 1 - LeftOfMean(1 - x, b, a);
    }

    /// <summary>The x at which P(X ≤ x) = p, by bisection in the logit of x, to full precision of a double for p away from 0 and 1.</summary>
    /// <param name="p">0..1.</param>
    /// <param name="a">Above 0.</param>
    /// <param name="b">Above 0.</param>
    public static double Quantile(double p, double a, double b)
    {
        if (p <= 0)
        {
            return 0;
        }

        if (p >= 1)
        {
            return 1;
        }

        double low = -745, high = 37;
        for (int i = 0; i < 200 && high - low > 1e-14 * Math.Max(1, Math.Abs(low)); i++)
        {
            double middle = 0.5 * (low + high);
            if (Cdf(Logistic(middle), a, b) < p)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return Logistic(0.5 * (low + high));
    }

    // double.LogP1 rounds 1 + x first; this keeps full precision for small x (Higham, Accuracy and Stability, 2nd ed., problem 1.5).
    internal static double Log1p(double x)
    {
        double sum = 1 + x;
        return sum == 1 ? x : Math.Log(sum) * (x / (sum - 1));
    }

    private static double Logistic(double y) => y < 0 ? Math.Exp(y) / (1 + Math.Exp(y)) : 1 / (1 + Math.Exp(-y));

    private static double LeftOfMean(double x, double a, double b)
    {
        double logFront = a * Math.Log(x) + b * Log1p(-x) - LogBeta(a, b) - Math.Log(a);
        return Math.Exp(logFront) * Fraction(x, a, b);
    }

    // Modified Lentz evaluation (Thompson and Barnett, J. Comput. Phys. 64, 1986).
    private static double Fraction(double x, double a, double b)
    {
        const double Tiny = 1e-300;
        double c = 1;
        double d = Away(1 - (a + b) * x / (a + 1));
        double f = d = 1 / d;
        int limit = 200 + (int)Math.Min(100_000, 10 * Math.Sqrt(Math.Max(a, b)));
        for (int m = 1; m <= limit; m++)
        {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / Away(1 + even * d);
            c = Away(1 + even / c);
            f *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / Away(1 + odd * d);
            c = Away(1 + odd / c);
            double step = d * c;
            f *= step;
            if (Math.Abs(step - 1) < 1e-15)
            {
                break;
            }
        }

        return f;

        static double Away(double value) => Math.Abs(value) < Tiny ? Tiny : value;
    }

    // ln B(a, b) with the large parts of Stirling's series cancelled on paper, not in floating point.
    private static double LogBeta(double a, double b)
    {
        if (a > b)
        {
            (a, b) = (b, a);
        }

        if (a < 10)
        {
            return b < 10 ? LogGamma(a) + LogGamma(b) - LogGamma(a + b) : LogGamma(a) + LogGammaRatio(b, a);
        }

        double s = a + b;
        return 0.5 * Math.Log(2 * Math.PI / b) + (a - 0.5) * Math.Log(a / s) - b * Log1p(a / b) + Binet(a) + Binet(b) - Binet(s);
    }

    // ln Γ(b) − ln Γ(a + b) for b ≥ 10.
    private static double LogGammaRatio(double b, double a)
    {
        double s = a + b;
        return -(b - 0.5) * Log1p(a / b) - a * Math.Log(s) + a + Binet(b) - Binet(s);
    }

    internal static double LogGamma(double x)
    {
        // Raised to at least 10 by Γ(x + 1) = x Γ(x), where the series below is exact to a double.
        double product = 1;
        while (x < 10)
        {
            product *= x;
            x++;
        }

        return (x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI) + Binet(x) - Math.Log(product);
    }

    /// <summary>Binet's function, ln Γ(x) − [(x − ½) ln x − x + ½ ln 2π], for x above 0.</summary>
    internal static double Binet(double x)
    {
        // Raised to at least 10, where the series is exact to a double: μ(x) = μ(x + 1) + (x + ½) ln(1 + 1/x) − 1.
        double raised = 0;
        for (; x < 10; x++)
        {
            raised += (x + 0.5) * Log1p(1 / x) - 1;
        }

        double y = 1 / (x * x);
        return (1.0 / 12 - y * (1.0 / 360 - y * (1.0 / 1260 - y * (1.0 / 1680 - y * (1.0 / 1188 - y * (691.0 / 360360 - y / 156)))))) / x + raised;
    }
}
