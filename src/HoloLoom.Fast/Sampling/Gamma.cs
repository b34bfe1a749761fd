using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Sampling;

/// <summary>
/// Gamma draws of scale 1, density x^(a − 1) exp(−x) / Γ(a), by Marsaglia and Tsang (ACM TOMS 26(3), 2000, doi:10.1145/358407.358414): of a
/// normal x, d (1 + c x)³ is accepted with a probability close to 1.
/// </summary>
/// <remarks>
/// Shapes below 1 are drawn as logarithms, ln G(a) = ln G(a + 1) + ln U / a, because G(a) itself underflows.
/// <para>
/// The exact test accepts with probability e^−E, where for y = c x, E = 3 d (y − y²/2 + y³/3 − ln(1 + y)) = 3 d ∫₀^y s³ / (1 + s) ds. The divisor
/// is at least min(1 + y, 1), so E is at most (3 d y⁴ / 4) / min(t, 1) = x⁴ / (108 d) / min(t, 1), and 1 − e^−E is at most E. So a u whose distance
/// from 1 is larger needs no logarithm, and where t is not positive nothing is accepted. The bound becomes
/// an equality at small x, whatever the shape.
/// </para>
/// </remarks>
internal static class Gamma
{
    /// <summary>A candidate in each lane: the cube (1 + c x)³, and where it may be used without a closer look.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Cube<T>(T x, T u, T c, T squeeze, out T accepted)
        where T : unmanaged, ILanes<T>
    {
        T t = T.All(1) + c * x;
        T square = x * x;
        accepted = T.Less(squeeze * (square * square), (T.All(1) - u) * T.Min(t, T.All(1)));
        return t * t * t;
    }

    /// <summary>A closer look at a candidate: its cube if the exact test accepts it, else that of the first new one that is accepted.</summary>
    public static double Resolve(double x, double u, double d, double c, double squeeze, ref Xoshiro256 repair)
    {
        while (true)
        {
            double t = 1 + c * x;
            if (t > 0)
            {
                double v = t * t * t;
                double square = x * x;
                if (squeeze * (square * square) < (1 - u) * Math.Min(t, 1) || Elementary.Log(u) < 0.5 * square + d * (1 - v + Elementary.Log(v)))
                {
                    return v;
                }
            }

            x = Normal.Next(ref repair);
            u = repair.NextOpenDouble();
        }
    }
}
