using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Sampling;

/// <summary>The constants that the gamma sampler derives from a shape, computed when a posterior changes and not when it is drawn from.</summary>
/// <param name="D">shape − 1/3, of the shape raised by 1 if it is below 1.</param>
/// <param name="C">1 / √(9 D).</param>
/// <param name="Squeeze">0.02207 / D: accept without a logarithm if u &lt; 1 − Squeeze · x⁴. Valid for every shape from 1.</param>
/// <param name="InverseShape">1 / shape if the shape is below 1, else 0.</param>
internal readonly record struct GammaShape(double D, double C, double Squeeze, double InverseShape)
{
    /// <summary>Below this a shape is treated as this one, so that its inverse stays finite.</summary>
    private const double SmallestShape = 1e-300;

    /// <param name="shape">Finite, above 0.</param>
    public static GammaShape Of(double shape)
    {
        bool small = shape < 1;
        double d = (small ? shape + 1 : shape) - 1.0 / 3.0;
        return new GammaShape(d, 1 / Math.Sqrt(9 * d), 0.02207 / d, small ? 1 / Math.Max(shape, SmallestShape) : 0);
    }
}

/// <summary>
/// Gamma draws of scale 1 by Marsaglia and Tsang (ACM TOMS 26(3), 2000, doi:10.1145/358407.358414). Shapes below 1 are drawn as logarithms,
/// ln G(a) = ln G(a + 1) − E / a, because G(a) itself underflows.
/// </summary>
internal static class Gamma
{
    /// <summary>A draw for a shape of at least 1; above 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Next(ref Xoshiro256 generator, double d, double c, double squeeze)
    {
        while (true)
        {
            double x = Normal.Next(ref generator);
            double t = 1 + c * x;
            if (t <= 0)
            {
                continue;
            }

            double v = t * t * t;
            double u = generator.NextOpenDouble();
            double square = x * x;
            if (u < 1 - squeeze * (square * square) || Accepts(u, square, d, v))
            {
                return d * v;
            }
        }
    }

    /// <summary>The logarithm of a draw, for any shape.</summary>
    public static double NextLog(ref Xoshiro256 generator, double d, double c, double squeeze, double inverseShape)
    {
        double log = Math.Log(Next(ref generator, d, c, squeeze));
        return inverseShape == 0 ? log : log + Math.Log(generator.NextOpenDouble()) * inverseShape;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Accepts(double u, double square, double d, double v) =>
        Math.Log(u) < 0.5 * square + d * (1 - v + Math.Log(v));
}
