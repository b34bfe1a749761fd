namespace HoloLoom.Fast.Statistics.Battery;

/// <summary>
/// The squeeze (κ/d) x⁴ / min(1 + s, 1) over the probability 1 − exp(−3 d A(s)) with which Marsaglia and Tsang's method rejects, where
/// s = x / √(9d), A(s) = s − s²/2 + s³/3 − ln(1 + s), and x⁴ = 81 d² s⁴. It is valid if κ ≥ (1 − e^(−3dA)) min(1 + s, 1) / (81 d s⁴).
/// </summary>
/// <remarks>
/// That is (A min(1 + s, 1) / 27 s⁴) φ(3dA) with φ(y) = (1 − e^−y) / y. φ is at most 1, and A, the integral of u³ / (1 + u) from 0 to s, at most
/// s⁴ / 4 / min(1 + s, 1): so κ = 1/108 serves all shapes. Both become equalities as s goes to 0, so nothing less serves any.
/// </remarks>
internal static class Squeeze
{
    /// <summary>The least κ.</summary>
    public const double SmallestConstant = 1.0 / 108;

    /// <summary>A(s), without cancellation: by its series s⁴/4 − s⁵/5 + … where s is small.</summary>
    public static double Gap(double s)
    {
        if (Math.Abs(s) > 0.2)
        {
            return s - s * s / 2 + s * s * s / 3 - Math.Log(1 + s);
        }

        double sum = 0;
        for (int k = 30; k >= 4; k--)
        {
            sum = 1.0 / k - s * sum;
        }

        return s * s * s * s * sum;
    }

    /// <summary>The least κ at one s, of a given d.</summary>
    public static double Needed(double s, double d) => -ExpMinus1(-3 * d * Gap(s)) * Math.Min(1 + s, 1) / (81 * d * s * s * s * s);

    /// <summary>How far what the squeeze leaves to the exact test exceeds the probability of rejection.</summary>
    public static double Margin(double s, double d, double squeeze)
    {
        double x4 = 81 * d * d * s * s * s * s;
        return squeeze * x4 / Math.Min(1 + s, 1) + ExpMinus1(-3 * d * Gap(s));
    }

    private static double ExpMinus1(double x) => Math.Abs(x) > 1e-5 ? Math.Exp(x) - 1 : x + x * x / 2 + x * x * x / 6;
}
