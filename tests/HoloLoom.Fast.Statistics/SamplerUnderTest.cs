using HoloLoom.Fast.Sampling;

namespace HoloLoom.Fast.Statistics;

/// <summary>The product's samplers. The only file that knows their signatures.</summary>
internal sealed class SamplerUnderTest : Sampler
{
    public override double UniformOf(ulong bits) => Xoshiro256.ToOpenDouble(bits);

    public override (double D, double C, double Squeeze) ConstantsOf(double shape)
    {
        GammaShape constants = GammaShape.Of(shape);
        return (constants.D, constants.C, constants.Squeeze);
    }

    public override void Uniform(ulong seed, int stream, Span<double> draws)
    {
        Xoshiro256 generator = Stream(seed, stream);
        foreach (ref double draw in draws)
        {
            draw = generator.NextOpenDouble();
        }
    }

    public override void Normal(ulong seed, int stream, Span<double> draws)
    {
        SampleStreams streams = Streams(seed, stream);
        Bulk.Normal(draws, ref streams, SamplerKernels.Chosen);
    }

    public override void LogGamma(double shape, ulong seed, Span<double> logs)
    {
        SampleStreams streams = Streams(seed, 0);
        if (shape >= 1)
        {
            Bulk.Gamma(shape, logs, ref streams, SamplerKernels.Chosen);
            foreach (ref double log in logs)
            {
                log = Math.Log(log);
            }

            return;
        }

        // Small shapes underflow, so their logarithms are looked at before: ln X − ln Y of which Y, of a huge shape, is a known number.
        const double Huge = 1e30;
        Bulk.BetaLogOdds(shape, Huge, logs, ref streams, SamplerKernels.Chosen);
        foreach (ref double log in logs)
        {
            log += Math.Log(Huge);
        }
    }

    public override void Beta(double alpha, double beta, ulong seed, Span<double> draws, Span<double> logOdds)
    {
        SampleStreams streams = Streams(seed, 0);
        SampleStreams again = streams;
        Bulk.Beta(alpha, beta, draws, ref streams, SamplerKernels.Chosen);
        if (Math.Min(alpha, beta) < 1)
        {
            // The same draws before they were rounded.
            Bulk.BetaLogOdds(alpha, beta, logOdds, ref again, SamplerKernels.Chosen);
            return;
        }

        for (int i = 0; i < draws.Length; i++)
        {
            logOdds[i] = Math.Log(draws[i] / (1 - draws[i]));
        }
    }

    public override void Select(
        ReadOnlySpan<double> alpha, ReadOnlySpan<double> beta, ulong available, ulong seed, Span<int> chosen, Span<double> draws)
    {
        int arms = alpha.Length;
        int stride = ArmParameters.Stride(arms);
        var row = new double[ArmParameters.Fields * stride];
        for (int arm = 0; arm < arms; arm++)
        {
            ArmParameters.Set(row, stride, arm, GammaShape.Of(alpha[arm]), GammaShape.Of(beta[arm]));
        }

        SampleStreams streams = Streams(seed, 0);
        for (int i = 0; i < chosen.Length; i++)
        {
            Span<double> drawn = draws.IsEmpty ? default : draws.Slice(i * arms, arms);
            chosen[i] = BestArm.Select(row, stride, arms, available, ref streams, drawn, SamplerKernels.Chosen);
        }
    }

    private static SampleStreams Streams(ulong seed, int stream) => SampleStreams.From(Stream(seed, stream));

    private static Xoshiro256 Stream(ulong seed, int stream)
    {
        Xoshiro256 generator = Xoshiro256.FromSeed(seed);
        for (int i = 0; i < stream; i++)
        {
            generator.LongJump();
        }

        return generator;
    }
}
