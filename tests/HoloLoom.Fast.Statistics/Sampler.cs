namespace HoloLoom.Fast.Statistics;

/// <summary>
/// What the battery examines: the product's samplers behind <see cref="SamplerUnderTest"/>, and wrong ones that it has to catch.
/// </summary>
internal abstract class Sampler
{
    /// <summary>A word of the generator as a uniform draw.</summary>
    public abstract double UniformOf(ulong bits);

    /// <summary>The constants of the gamma sampler for a shape: shape − 1/3, 1 / √(9 D), and the factor of x⁴ in the squeeze.</summary>
    public abstract (double D, double C, double Squeeze) ConstantsOf(double shape);

    /// <param name="seed">Of all streams.</param>
    /// <param name="stream">Which of them: the n-th thread's.</param>
    /// <param name="draws">Receives the draws.</param>
    public abstract void Uniform(ulong seed, int stream, Span<double> draws);

    /// <inheritdoc cref="Uniform"/>
    public abstract void Normal(ulong seed, int stream, Span<double> draws);

    /// <summary>Logarithms of gamma draws of scale 1.</summary>
    public abstract void LogGamma(double shape, ulong seed, Span<double> logs);

    /// <summary>Beta draws, and each draw's ln(θ / (1 − θ)) as the sampler has it before it rounds θ.</summary>
    public abstract void Beta(double alpha, double beta, ulong seed, Span<double> draws, Span<double> logOdds);

    /// <summary>Chooses the arm with the largest draw, again and again.</summary>
    /// <param name="alpha">Per arm.</param>
    /// <param name="beta">Per arm.</param>
    /// <param name="available">The arms that take part.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="chosen">Receives an arm per round.</param>
    /// <param name="draws">Empty, or receives all arms' draws, round after round; those of masked arms are left alone.</param>
    public abstract void Select(
        ReadOnlySpan<double> alpha, ReadOnlySpan<double> beta, ulong available, ulong seed, Span<int> chosen, Span<double> draws);
}
