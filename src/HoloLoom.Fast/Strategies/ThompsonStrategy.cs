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
    private const int LargestRow = ArmParameters.Fields * BestArm.MaxArms;

    public string Name => "thompson";

    public bool IsLearned => true;

    [SkipLocalsInit]
    public int Choose(ref StrategyContext context)
    {
        PosteriorTable posteriors = context.Posteriors;
        posteriors.RefreshIfStale(context.QueryType);
        Span<double> row = stackalloc double[LargestRow];
        row = row[..posteriors.ParametersLength];
        posteriors.CopyParameters(context.QueryType, row);
        return BestArm.Select(
            row, posteriors.Stride, posteriors.Backends, context.Available, ref context.Streams, context.Draws, SamplerKernels.Chosen);
    }
}
