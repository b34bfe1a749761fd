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
        Xoshiro256 generator = Stream(seed, stream);
        foreach (ref double draw in draws)
        {
            draw = Sampling.Normal.Next(ref generator);
        }
    }

    public override void LogGamma(double shape, ulong seed, Span<double> logs)
    {
        Xoshiro256 generator = Stream(seed, 0);
        GammaShape of = GammaShape.Of(shape);
        foreach (ref double log in logs)
        {
            log = Gamma.NextLog(ref generator, of.D, of.C, of.Squeeze, of.InverseShape);
        }
    }

    public override void Beta(double alpha, double beta, ulong seed, Span<double> draws, Span<double> logOdds)
    {
        // Below shape 1 the selection compares logarithms, of which the draws in [0, 1] are too coarse an image.
        if (Math.Min(alpha, beta) < 1)
        {
            Xoshiro256 generator = Stream(seed, 0);
            GammaShape a = GammaShape.Of(alpha);
            GammaShape b = GammaShape.Of(beta);
            for (int i = 0; i < draws.Length; i++)
            {
                double x = Gamma.NextLog(ref generator, a.D, a.C, a.Squeeze, a.InverseShape);
                double y = Gamma.NextLog(ref generator, b.D, b.C, b.Squeeze, b.InverseShape);
                logOdds[i] = x - y;
                draws[i] = 1 / (1 + Math.Exp(y - x));
            }

            return;
        }

        Select([alpha], [beta], 1, seed, new int[draws.Length], draws);
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

        Xoshiro256 generator = Stream(seed, 0);
        for (int i = 0; i < chosen.Length; i++)
        {
            chosen[i] = BestArm.Select(row, stride, available, ref generator, draws.IsEmpty ? default : draws.Slice(i * arms, arms));
        }
    }

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
