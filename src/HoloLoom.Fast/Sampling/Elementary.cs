using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Sampling;

/// <summary>
/// Logarithm, exponential, sine and cosine of the samplers' own, within one or two units in the last place, the same bits on every machine:
/// a platform's library differs between machines, and so would the draws.
/// </summary>
/// <remarks>The reductions and coefficients are those of FDLIBM (Sun Microsystems, 1993).</remarks>
internal static class Elementary
{
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;

    // The bits of √½, but for the last.
    private const ulong SqrtHalf = 0x3FE6_A09E_0000_0000;

    // 2^52 and 2^52 + 2^51: added to a small whole number they leave it in the low bits.
    private const ulong TwoTo52 = 0x4330_0000_0000_0000;
    private const double RoundToWhole = 6755399441055744;

    /// <summary>ln x.</summary>
    /// <param name="x">Finite, at least 2^−1022.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Log<T>(T x)
        where T : unmanaged, ILanes<T>
    {
        // x = 2^k m, m from √½ to √2: the bits of √½ are taken off before the exponent is cut out.
        T above = T.AddBits(x, T.AllBits(unchecked(0UL - SqrtHalf)));
        T m = T.AddBits(above & T.AllBits(0x000F_FFFF_FFFF_FFFF), T.AllBits(SqrtHalf));

        // The exponent may be negative: 2048 is added before the shift, so that it is not.
        T k = (T.ShiftRight(T.AddBits(above, T.AllBits(0x4000_0000_0000_0000)), 52) | T.AllBits(TwoTo52)) - T.All(4503599627370496 + 1024);
        T f = m - T.All(1);
        T s = f / (T.All(2) + f);
        T z = s * s;
        T w = z * z;
        T even = w * (T.All(3.999999999940941908e-01) + w * (T.All(2.222219843214978396e-01) + w * T.All(1.531383769920937332e-01)));
        T odd = z * (T.All(6.666666666666735130e-01) + w * (T.All(2.857142874366239149e-01) + w * (T.All(1.818357216161805012e-01) + w * T.All(1.479819860511658591e-01))));
        T half = T.All(0.5) * f * f;
        return k * T.All(Ln2High) - (half - (s * (half + (even + odd)) + k * T.All(Ln2Low)) - f);
    }

    /// <summary>e^x; 0 below −745.2, infinity above 709.7.</summary>
    /// <param name="x">Not NaN.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Exp<T>(T x)
        where T : unmanaged, ILanes<T>
    {
        x = T.Select(T.Less(x, T.All(-800)), T.All(-800), x);
        x = T.Select(T.Less(T.All(800), x), T.All(800), x);
        T shifted = x * T.All(1.44269504088896338700e+00) + T.All(RoundToWhole);
        T k = shifted - T.All(RoundToWhole);
        T high = x - k * T.All(Ln2High);
        T low = k * T.All(Ln2Low);
        T r = high - low;
        T t = r * r;
        T c = r - t * (T.All(1.66666666666666019037e-01) + t * (T.All(-2.77777777770155933842e-03) + t * (T.All(6.61375632143793436117e-05)
            + t * (T.All(-1.65339022054652515390e-06) + t * T.All(4.13813679705723846039e-08)))));
        T y = T.All(1) - (low - r * c / (T.All(2) - c) - high);

        // 2^k in two factors, of which each is a number: first that of half of k.
        T halfShifted = k * T.All(0.5) + T.All(RoundToWhole);
        T half = halfShifted - T.All(RoundToWhole);
        T rest = k - half + T.All(RoundToWhole);
        return y * PowerOfTwo(halfShifted) * PowerOfTwo(rest);
    }

    /// <summary>sin and cos of (π / 4) w.</summary>
    /// <param name="w">−1 … 1.</param>
    /// <param name="sin">The sine.</param>
    /// <param name="cos">The cosine.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SinCos<T>(T w, out T sin, out T cos)
        where T : unmanaged, ILanes<T>
    {
        T x = w * T.All(0.785398163397448309615660845820);
        T z = x * x;
        T v = z * x;
        sin = x + v * (T.All(-1.66666666666666324348e-01) + z * (T.All(8.33333333332248946124e-03) + z * (T.All(-1.98412698298579493134e-04)
            + z * (T.All(2.75573137070700676789e-06) + z * (T.All(-2.50507602534068634195e-08) + z * T.All(1.58969099521155010221e-10))))));
        cos = T.All(1) - (T.All(0.5) * z - z * z * (T.All(4.16666666666666019037e-02) + z * (T.All(-1.38888888888741095749e-03)
            + z * (T.All(2.48015872894767294178e-05) + z * (T.All(-2.75573143513906633035e-07) + z * (T.All(2.08757232129817482790e-09)
            + z * T.All(-1.13596475577881948265e-11)))))));
    }

    /// <summary>ln x of one number.</summary>
    /// <param name="x">Finite, at least 2^−1022.</param>
    public static double Log(double x) => Log(new ScalarLane(x)).ToDouble();

    // Of a whole number to which RoundToWhole was added: its low bits are the number's.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T PowerOfTwo<T>(T shifted)
        where T : unmanaged, ILanes<T> =>
        T.ShiftLeft(T.AddBits(shifted, T.AllBits(1023)), 52);
}
