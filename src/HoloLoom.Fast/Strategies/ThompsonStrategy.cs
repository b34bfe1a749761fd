using System.Runtime.CompilerServices;
using HoloLoom.Fast.Learning;
using HoloLoom.Fast.Sampling;

namespace HoloLoom.Fast.Strategies;

/// <summary>
/// Thompson sampling (Thompson, Biometrika 25, 1933): draws each available backend's success rate from its posterior, and takes the largest.
/// A backend is chosen as often as it is likely to be the best.
/// </summary>
internal sealed class ThompsonStrategy : IRoutingStrategy
{
    // Eight backends do with an eighth of the stack that the most need, and so with pages of it that are in use anyway.
    private const int SmallRow = ArmParameters.Fields * 8;
    private const int LargestRow = ArmParameters.Fields * BestArm.MaxArms;

    public string Name => "thompson";

    public bool IsLearned => true;

    [SkipLocalsInit]
    public int Choose(ref StrategyContext context)
    {
        PosteriorTable posteriors = context.Posteriors;
        posteriors.RefreshIfStale(context.QueryType);
        int length = posteriors.ParametersLength;
        if (length > SmallRow)
        {
            return ChooseOfMany(ref context);
        }

        Span<double> row = stackalloc double[SmallRow];
        return Choose(ref context, row[..length]);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ChooseOfMany(ref StrategyContext context)
    {
        Span<double> row = stackalloc double[LargestRow];
        return Choose(ref context, row[..context.Posteriors.ParametersLength]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Choose(ref StrategyContext context, scoped Span<double> row)
    {
        PosteriorTable posteriors = context.Posteriors;
        posteriors.CopyParameters(context.QueryType, row);
        return BestArm.Select(
            row, posteriors.Stride, posteriors.Backends, context.Available, ref context.Streams, context.Draws, SamplerKernels.Chosen);
    }
}
