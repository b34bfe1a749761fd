using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Sampling;

/// <summary>The constants that the gamma sampler derives from a shape, computed when a posterior changes and not when it is drawn from.</summary>
/// <param name="D">shape − 1/3, of the shape raised by 1 if it is below 1.</param>
/// <param name="C">1 / √(9 D).</param>
/// <param name="Squeeze">1 / (108 D), a hair larger: accept without a logarithm if (1 − u) min(t, 1) &gt; Squeeze · x⁴, as <see cref="Gamma"/> derives.</param>
/// <param name="InverseShape">1 / shape if the shape is below 1, else 0.</param>
internal readonly record struct GammaShape(double D, double C, double Squeeze, double InverseShape)
{
    // Shapes beyond are treated as these, so that inverses and sums stay finite.
    private const double SmallestShape = 1e-300;
    private const double LargestShape = 1e300;

    // More than what rounding does to either side of the comparison.
    private const double SqueezeFactor = (1 + 1e-12) / 108;

    /// <summary>The shape that has these constants, to within rounding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double ShapeOf(double d, double inverseShape) => inverseShape > 0 ? 1 / inverseShape : d + 1.0 / 3.0;

    /// <param name="shape">Finite, above 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GammaShape Of(double shape)
    {
        bool small = shape < 1;
        double d = (small ? shape + 1 : Math.Min(shape, LargestShape)) - 1.0 / 3.0;
        return new GammaShape(d, 1 / (3 * Math.Sqrt(d)), SqueezeFactor / d, small ? 1 / Math.Max(shape, SmallestShape) : 0);
    }
}
