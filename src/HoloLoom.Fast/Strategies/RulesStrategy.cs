using System.Numerics;

namespace HoloLoom.Fast.Strategies;

/// <summary>The query type's preferred backend; if unavailable, the first available of the fallback list, then the first available of all.</summary>
internal sealed class RulesStrategy(int[] fallback) : IRoutingStrategy
{
    public string Name => "rules";

    public bool IsLearned => false;

    public int Choose(ref StrategyContext context) => Choose(context.PreferredBackend, context.Available);

    /// <summary>The choice by rule alone.</summary>
    /// <param name="preferred">The query type's backend.</param>
    /// <param name="available">The backends that may be chosen, not none.</param>
    public int Choose(int preferred, ulong available) => (available >> preferred & 1) != 0 ? preferred : FirstAvailable(available);

    private int FirstAvailable(ulong available)
    {
        foreach (int backend in fallback)
        {
            if ((available >> backend & 1) != 0)
            {
                return backend;
            }
        }

        return BitOperations.TrailingZeroCount(available);
    }
}
