using HoloLoom.Fast.Strategies;

namespace HoloLoom.Fast;

/// <summary>An experiment: traffic is divided among variants, each a strategy of its own, and outcomes are credited to the variant that decided.</summary>
/// <remarks>
/// Of all traffic, <see cref="Holdout"/> stays outside and is decided by the router's own strategy. Of the rest, a part as large as the
/// weights allow, and at least <see cref="Exploration"/>, is divided evenly: the <em>uniform slice</em>. Winners are decided on it alone,
/// because how it is divided never depends on what was seen, whatever is done with the rest.
/// </remarks>
public sealed record ExperimentOptions
{
    /// <summary>How many variants there can be; a decision id has room for them, the holdout, and the mark of the uniform slice.</summary>
    public const int MaxVariants = 7;

    /// <summary>The name under which what is outside the experiment is counted; no variant can have it.</summary>
    public const string HoldoutName = "holdout";

    /// <summary>The name. Another name is another experiment: sticky units are assigned anew, and counting starts at 0.</summary>
    public required string Name { get; init; }

    /// <summary>The variants, 2..7. They are recognised by their names when the configuration changes.</summary>
    public required IReadOnlyList<VariantOptions> Variants { get; init; }

    /// <summary>Whether all variants learn in the router's posteriors. By default each learns on its own, so that none profits from another.</summary>
    public bool SharePosteriors { get; init; }

    /// <summary>The part of all traffic that stays outside the experiment, 0 to 0.9.</summary>
    public double Holdout { get; init; }

    /// <summary>The least part of the experiment's traffic that is divided evenly, 0 to 1; 0.05 by default.</summary>
    public double Exploration { get; init; } = 0.05;

    /// <summary>The probability of ever naming a winner that is not one, however often one looks; 0.05 by default.</summary>
    public double Alpha { get; init; } = 0.05;

    /// <summary>What no variant may exceed.</summary>
    public GuardrailOptions Guardrails { get; init; } = new();

    /// <summary>The part of the experiment's traffic that a winner is given when it is promoted; null: traffic is never moved.</summary>
    public double? PromotedShare { get; init; }
}

/// <summary>One arm of an experiment.</summary>
/// <param name="Name">The name, unique in the experiment.</param>
public sealed record VariantOptions(string Name)
{
    /// <summary>The strategy: <c>thompson</c> (default), <c>rules</c>, <c>greedy</c> or <c>uniform</c>. Ignored with <see cref="CustomStrategy"/>.</summary>
    public string Strategy { get; init; } = "thompson";

    /// <summary>A strategy of the user's own; takes the place of <see cref="Strategy"/>.</summary>
    public IRoutingStrategy? CustomStrategy { get; init; }

    /// <summary>The share of traffic, relative to the other variants' weights; 0 or more.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>The execution pattern that an orchestrator uses for the variant's queries; null: as without an experiment.</summary>
    public string? Pattern { get; init; }

    /// <summary>What the variant believes before its first outcome; null: what the router believes. Not with shared posteriors.</summary>
    public PriorOptions? Prior { get; init; }
}

/// <summary>Limits that a variant must keep. One that surely does not is taken out when the experiment is supervised.</summary>
public sealed record GuardrailOptions
{
    /// <summary>The largest rate of outcomes that are no success, 0..1; null: any.</summary>
    public double? FailureRate { get; init; }

    /// <summary>The largest 95th percentile of latency, in milliseconds; null: any.</summary>
    public double? P95LatencyMs { get; init; }
}
