using System.Numerics;

namespace HoloLoom.Fast.Strategies;

/// <summary>The query type's preferred backend; if unavailable, the first available of the fallback list, then the first available of all.</summary>
internal sealed class RulesStrategy(int[] fallback) : IRoutingStrategy
{
    public string Name => "rules";

    public bool IsLearned => false;

    public int Choose(ref StrategyContext context) =>
        (context.Available >> context.PreferredBackend & 1) != 0 ? context.PreferredBackend : FirstAvailable(context.Available);

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
