using HoloLoom.Fast.Sampling;

namespace HoloLoom.Fast;

/// <summary>The engine's generator and samplers on their own, from a seed: to verify them from outside, and for simulations.</summary>
/// <remarks>
/// Not for several threads at once. The same seed and the same calls give the same numbers on every machine and instruction set. Normal, gamma
/// and beta draws come in blocks of 8 or 16, of which the last of a call is cut: two calls do not join to what one would have given unless the
/// first asks for a multiple of 16.
/// </remarks>
public sealed class Sampler
{
    private SampleStreams _streams;

    /// <summary>Starts the streams of a seed.</summary>
    /// <param name="seed">Any number.</param>
    public Sampler(ulong seed)
    {
        if (SamplerKernels.Problem is string problem)
        {
            throw new PlatformNotSupportedException(problem);
        }

        _streams = SampleStreams.From(Xoshiro256.FromSeed(seed));
    }

    /// <summary>Raw output of the generator: xoshiro256++ (Blackman and Vigna, doi:10.1145/3460772), seeded by SplitMix64.</summary>
    /// <param name="destination">Receives 64 random bits each.</param>
    public void FillUInt64(Span<ulong> destination)
    {
        foreach (ref ulong value in destination)
        {
            value = _streams.Scalar.Next();
        }
    }

    /// <summary>Uniform draws, odd multiples of 2^−53: never 0 and never 1. Each takes one word of <see cref="FillUInt64"/>'s stream.</summary>
    /// <param name="destination">Receives the draws.</param>
    public void FillUniform(Span<double> destination)
    {
        foreach (ref double value in destination)
        {
            value = _streams.Scalar.NextOpenDouble();
        }
    }

    /// <summary>Standard normal draws (Box and Muller, doi:10.1214/aoms/1177706645).</summary>
    /// <param name="destination">Receives the draws.</param>
    public void FillNormal(Span<double> destination) => Bulk.Normal(destination, ref _streams, SamplerKernels.Chosen);

    /// <summary>Gamma draws of scale 1 (Marsaglia and Tsang, doi:10.1145/358407.358414). Of tiny shapes most draws are below what a double can hold, and 0.</summary>
    /// <param name="shape">Finite, above 0; beyond 1e−300 … 1e300 taken as these.</param>
    /// <param name="destination">Receives the draws.</param>
    /// <exception cref="ArgumentOutOfRangeException">The shape is not a finite number above 0; nothing was drawn.</exception>
    public void FillGamma(double shape, Span<double> destination) => Bulk.Gamma(Shape(shape, nameof(shape)), destination, ref _streams, SamplerKernels.Chosen);

    /// <summary>Beta draws, in [0, 1], as ratios of gammas.</summary>
    /// <param name="alpha">Finite, above 0; beyond 1e−300 … 1e300 taken as these.</param>
    /// <param name="beta">Likewise.</param>
    /// <param name="destination">Receives the draws.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is not a finite number above 0; nothing was drawn.</exception>
    public void FillBeta(double alpha, double beta, Span<double> destination) =>
        Bulk.Beta(Shape(alpha, nameof(alpha)), Shape(beta, nameof(beta)), destination, ref _streams, SamplerKernels.Chosen);

    /// <summary>Draws of which of several beta laws gives the largest value: the choice that Thompson sampling makes.</summary>
    /// <param name="alpha">The first parameter of each arm, 1 to 64 of them; finite, above 0.</param>
    /// <param name="beta">The second parameter of each arm, as many.</param>
    /// <param name="destination">Receives indices of arms.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is not a finite number above 0; nothing was drawn.</exception>
    /// <exception cref="ArgumentException">There are no arms, more than 64, or not as many of the one parameter as of the other.</exception>
    public void FillBestArm(ReadOnlySpan<double> alpha, ReadOnlySpan<double> beta, Span<int> destination)
    {
        if (alpha.Length is 0 or > BestArm.MaxArms || alpha.Length != beta.Length)
        {
            throw new ArgumentException($"There are {alpha.Length} alphas and {beta.Length} betas; as many of the one as of the other are expected, 1 to {BestArm.MaxArms}.");
        }

        int stride = ArmParameters.Stride(alpha.Length);
        var row = new double[ArmParameters.Fields * stride];
        for (int arm = 0; arm < alpha.Length; arm++)
        {
            ArmParameters.Set(row, stride, arm, GammaShape.Of(Shape(alpha[arm], nameof(alpha))), GammaShape.Of(Shape(beta[arm], nameof(beta))));
        }

        ulong all = ulong.MaxValue >> (BestArm.MaxArms - alpha.Length);
        foreach (ref int chosen in destination)
        {
            chosen = BestArm.Select(row, stride, alpha.Length, all, ref _streams, default, SamplerKernels.Chosen);
        }
    }

    private static double Shape(double shape, string name) =>
        double.IsFinite(shape) && shape > 0
            ? shape
            : throw new ArgumentOutOfRangeException(name, shape, FormattableString.Invariant($"{name} is {shape}; a finite number above 0 is expected."));
}
