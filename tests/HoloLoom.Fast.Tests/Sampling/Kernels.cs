using HoloLoom.Fast.Sampling;

namespace HoloLoom.Fast.Tests.Sampling;

/// <summary>The kernels that this machine has, and rows to draw from.</summary>
internal static class Kernels
{
    public static SamplerKernel[] All { get; } = [.. SamplerKernels.Supported];

    public static double[] Row(ReadOnlySpan<double> alpha, ReadOnlySpan<double> beta)
    {
        int stride = ArmParameters.Stride(alpha.Length);
        var row = new double[ArmParameters.Fields * stride];
        for (int arm = 0; arm < alpha.Length; arm++)
        {
            ArmParameters.Set(row, stride, arm, GammaShape.Of(alpha[arm]), GammaShape.Of(beta[arm]));
        }

        return row;
    }

    /// <summary>The same choices by a kernel, and where they leave the streams.</summary>
    public static (int[] Chosen, double[] Draws, SampleStreams After) Select(
        ReadOnlySpan<double> alpha, ReadOnlySpan<double> beta, ulong available, ulong seed, int count, SamplerKernel kernel)
    {
        double[] row = Row(alpha, beta);
        var streams = SampleStreams.From(Xoshiro256.FromSeed(seed));
        var chosen = new int[count];
        var draws = new double[count * alpha.Length];
        for (int i = 0; i < count; i++)
        {
            Span<double> drawn = draws.AsSpan(i * alpha.Length, alpha.Length);
            chosen[i] = BestArm.Select(row, ArmParameters.Stride(alpha.Length), alpha.Length, available, ref streams, drawn, kernel);
        }

        return (chosen, draws, streams);
    }

    public static ulong[] Words(SampleStreams streams)
    {
        var words = new List<ulong>();
        for (int lane = 0; lane < 4 * SampleStreams.LaneCount; lane++)
        {
            unsafe
            {
                words.Add(streams.Lanes[lane]);
            }
        }

        (ulong a, ulong b, ulong c, ulong d) = streams.Repair.State;
        return [.. words, a, b, c, d];
    }
}
