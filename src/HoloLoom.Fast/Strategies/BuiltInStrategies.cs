namespace HoloLoom.Fast.Strategies;

/// <summary>The strategies that configuration can name.</summary>
internal static class BuiltInStrategies
{
    public static IReadOnlyList<string> Names { get; } = ["thompson", "rules", "greedy", "uniform"];

    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="fallback">Backends for <c>rules</c> to fall back to, in order.</param>
    public static IRoutingStrategy Create(string name, int[] fallback) => name switch
    {
        "thompson" => new ThompsonStrategy(),
        "rules" => new RulesStrategy(fallback),
        "greedy" => new GreedyStrategy(),
        "uniform" => new UniformStrategy(),
        _ => throw new ArgumentException($"'{name}' is not a strategy; known are {string.Join(", ", Names)}.", nameof(name)),
    };
}
