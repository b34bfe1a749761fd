namespace HoloLoom.Fast.Sampling;

/// <summary>The constants that the gamma sampler derives from a shape, computed when a posterior changes and not when it is drawn from.</summary>
/// <param name="D">shape − 1/3, of the shape raised by 1 if it is below 1.</param>
/// <param name="C">1 / √(9 D).</param>
/// <param name="Squeeze">0.02207 / D: accept without a logarithm if u &lt; 1 − Squeeze · x⁴. Valid for every shape from 1.</param>
/// <param name="InverseShape">1 / shape if the shape is below 1, else 0.</param>
internal readonly record struct GammaShape(double D, double C, double Squeeze, double InverseShape)
{
    // Shapes beyond are treated as these, so that inverses and sums stay finite.
    private const double SmallestShape = 1e-300;
    private const double LargestShape = 1e300;

    /// <param name="shape">Finite, above 0.</param>
    public static GammaShape Of(double shape)
    {
        bool small = shape < 1;
        double d = (small ? shape + 1 : Math.Min(shape, LargestShape)) - 1.0 / 3.0;
        return new GammaShape(d, 1 / (3 * Math.Sqrt(d)), 0.02207 / d, small ? 1 / Math.Max(shape, SmallestShape) : 0);
    }
}
