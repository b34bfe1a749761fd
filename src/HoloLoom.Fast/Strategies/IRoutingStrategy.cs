namespace HoloLoom.Fast.Strategies;

/// <summary>Chooses a backend for a classified query. Implement it to route in a way of your own; many threads call it at once.</summary>
public interface IRoutingStrategy
{
    /// <summary>The name that configuration, statistics and reports show.</summary>
    string Name { get; }

    /// <summary>Whether choices follow what was learned; then a decision's confidence is the chosen backend's posterior mean.</summary>
    bool IsLearned { get; }

    /// <summary>Chooses a backend.</summary>
    /// <param name="context">The classified query, the backends that may be chosen (never empty), what was learned, and a generator.</param>
    /// <returns>The index of a backend in <see cref="StrategyContext.Available"/>; anything else makes routing throw.</returns>
    int Choose(ref StrategyContext context);
}
