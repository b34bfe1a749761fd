using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Sampling;

/// <summary>
/// Gamma draws of scale 1, density x^(a − 1) exp(−x) / Γ(a), by Marsaglia and Tsang (ACM TOMS 26(3), 2000, doi:10.1145/358407.358414): of a
/// normal x, d (1 + c x)³ is accepted with a probability close to 1.
/// </summary>
/// <remarks>
/// Shapes below 1 are drawn as logarithms, ln G(a) = ln G(a + 1) + ln U / a, because G(a) itself underflows.
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
        accepted = T.Less(u, T.All(1) - squeeze * (square * square)) & T.Less(T.All(0), t);
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
                if (u < 1 - squeeze * (square * square) || Elementary.Log(u) < 0.5 * square + d * (1 - v + Elementary.Log(v)))
                {
                    return v;
                }
            }

            x = Normal.Next(ref repair);
            u = repair.NextOpenDouble();
        }
    }
}
