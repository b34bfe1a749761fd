namespace HoloLoom.Fast.Statistics.Battery;

/// <summary>
/// The squeeze 1 − (κ/d) x⁴ under the acceptance probability exp(e(x)) of Marsaglia and Tsang's method. With s = x / √(9d) the exponent is
/// e = −3 d A(s), A(s) = s − s²/2 + s³/3 − ln(1 + s), and x⁴ = 81 d² s⁴. So the squeeze is valid if κ ≥ (1 − e^(−3dA)) / (81 d s⁴).
/// </summary>
/// <remarks>
/// That is (A / 27 s⁴) φ(3dA) with φ(y) = (1 − e^−y) / y, which decreases: at every s the least κ falls as d grows. So shape 1, d = 2/3, is
/// the worst of all shapes from 1, and what remains is one function of s.
/// </remarks>
internal static class Squeeze
{
    /// <summary>The least κ, for shape 1, rounded up; a test proves it.</summary>
    public const double SmallestConstant = 0.022049;

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
    public static double Needed(double s, double d) => -ExpMinus1(-3 * d * Gap(s)) / (81 * d * s * s * s * s);

    /// <summary>How far the acceptance probability lies above the squeeze.</summary>
    public static double Margin(double s, double d, double squeeze)
    {
        double x4 = 81 * d * d * s * s * s * s;
        return squeeze * x4 + ExpMinus1(-3 * d * Gap(s));
    }

    private static double ExpMinus1(double x) => Math.Abs(x) > 1e-5 ? Math.Exp(x) - 1 : x + x * x / 2 + x * x * x / 6;
}
