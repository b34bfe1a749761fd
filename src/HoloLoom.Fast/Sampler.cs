using HoloLoom.Fast.Sampling;

namespace HoloLoom.Fast;

/// <summary>The engine's generator and samplers on their own, from a seed: to verify them from outside, and for simulations.</summary>
/// <remarks>Not for several threads at once. The same seed and the same calls give the same numbers on one machine.</remarks>
public sealed class Sampler
{
    private Xoshiro256 _generator;

    /// <summary>Starts the stream of a seed.</summary>
    /// <param name="seed">Any number.</param>
    public Sampler(ulong seed) => _generator = Xoshiro256.FromSeed(seed);

    /// <summary>Raw output of the generator, xoshiro256++ (Blackman and Vigna, doi:10.1145/3460772).</summary>
    /// <param name="destination">Receives 64 random bits each.</param>
    public void FillUInt64(Span<ulong> destination)
    {
        foreach (ref ulong value in destination)
        {
            value = _generator.Next();
        }
    }

    /// <summary>Uniform draws, never 0 and never 1.</summary>
    /// <param name="destination">Receives the draws.</param>
    public void FillUniform(Span<double> destination)
    {
        foreach (ref double value in destination)
        {
            value = _generator.NextOpenDouble();
        }
    }

    /// <summary>Standard normal draws.</summary>
    /// <param name="destination">Receives the draws.</param>
    public void FillNormal(Span<double> destination)
    {
        foreach (ref double value in destination)
        {
            value = Normal.Next(ref _generator);
        }
    }

    /// <summary>Gamma draws of scale 1 (Marsaglia and Tsang, doi:10.1145/358407.358414).</summary>
    /// <param name="shape">Finite, above 0.</param>
    /// <param name="destination">Receives the draws.</param>
    /// <exception cref="ArgumentOutOfRangeException">The shape is not a finite number above 0.</exception>
    public void FillGamma(double shape, Span<double> destination)
    {
        GammaShape gamma = Shape(shape, nameof(shape));
        foreach (ref double value in destination)
        {
            value = gamma.InverseShape == 0
                ? Gamma.Next(ref _generator, gamma.D, gamma.C, gamma.Squeeze)
                : Math.Exp(NextLog(gamma));
        }
    }

    /// <summary>Beta draws, in [0, 1].</summary>
    /// <param name="alpha">Finite, above 0.</param>
    /// <param name="beta">Finite, above 0.</param>
    /// <param name="destination">Receives the draws.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is not a finite number above 0.</exception>
    public void FillBeta(double alpha, double beta, Span<double> destination)
    {
        GammaShape first = Shape(alpha, nameof(alpha));
        GammaShape second = Shape(beta, nameof(beta));
        foreach (ref double value in destination)
        {
            // By logarithms, because gammas of small shapes underflow.
            double logOdds = NextLog(first) - NextLog(second);
            value = 1 / (1 + Math.Exp(-logOdds));
        }
    }

    private static GammaShape Shape(double shape, string name) =>
        double.IsFinite(shape) && shape > 0
            ? GammaShape.Of(shape)
            : throw new ArgumentOutOfRangeException(name, shape, FormattableString.Invariant($"{name} is {shape}; a finite number above 0 is expected."));

    private double NextLog(GammaShape shape) => Gamma.NextLog(ref _generator, shape.D, shape.C, shape.Squeeze, shape.InverseShape);
}
