using System.Numerics;

namespace HoloLoom.Fast.Strategies;

/// <summary>The available backend with the largest posterior mean; of equal ones the preferred, else the first. Never explores: a baseline.</summary>
internal sealed class GreedyStrategy : IRoutingStrategy
{
    public string Name => "greedy";

    public bool IsLearned => true;

    public int Choose(ref StrategyContext context)
    {
        context.Posteriors.RefreshIfStale(context.QueryType);
        int best = -1;
        double bestMean = -1;
        for (ulong rest = context.Available; rest != 0; rest &= rest - 1)
        {
            int backend = BitOperations.TrailingZeroCount(rest);
            double mean = context.Mean(backend);
            if (mean > bestMean || (mean == bestMean && backend == context.PreferredBackend))
            {
                best = backend;
                bestMean = mean;
            }
        }

        return best;
    }
}
