namespace HoloLoom.Fast.Execution;

/// <summary>What an orchestrator is asked to do for one query.</summary>
/// <param name="Query">The query; any length, any content.</param>
public readonly record struct ExecutionRequest(string Query)
{
    /// <summary>How many results are asked for when nothing is said.</summary>
    public const int DefaultLimit = 10;

    /// <summary>The most that can be asked for.</summary>
    public const int MaxLimit = 10_000;

    /// <summary>The backends that may be asked.</summary>
    public BackendSet Available { get; init; } = BackendSet.All;

    /// <summary>How many results are asked of each backend, and returned at most; 1..10,000.</summary>
    public int Limit { get; init; } = DefaultLimit;

    /// <summary>
    /// Whose query it is: a tenant, a user, a set of rights. Results are remembered per scope, and never given to another. Null is a scope
    /// of its own.
    /// </summary>
    public string? Scope { get; init; }

    /// <summary>
    /// What must stay with its variant of the router's experiment: the id of a user, a session (<see cref="Router.Route(ReadOnlySpan{char},
    /// BackendSet, ReadOnlySpan{char})"/>). Null assigns at random. A remembered result is given to units of one variant only.
    /// </summary>
    public string? Unit { get; init; }

    /// <summary>The pattern to use, by name (<see cref="ExecutionPatterns"/>); null leaves the choice to the pattern selector.</summary>
    public string? Pattern { get; init; }

    /// <summary>
    /// The backends to ask, by name, primary first, instead of the router's choice; null routes. Nothing else is asked, also when one fails.
    /// </summary>
    public IReadOnlyList<string>? Plan { get; init; }
}
