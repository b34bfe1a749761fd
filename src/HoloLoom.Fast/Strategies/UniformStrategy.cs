using System.Numerics;

namespace HoloLoom.Fast.Strategies;

/// <summary>Each available backend with equal probability: a baseline, and the cleanest way to compare backends.</summary>
internal sealed class UniformStrategy : IRoutingStrategy
{
    public string Name => "uniform";

    public bool IsLearned => false;

    public int Choose(ref StrategyContext context)
    {
        ulong rest = context.Available;
        uint skip = context.Streams.Scalar.NextBelow((uint)BitOperations.PopCount(rest));
        for (uint i = 0; i < skip; i++)
        {
            rest &= rest - 1;
        }

        return BitOperations.TrailingZeroCount(rest);
    }
}
