using HoloLoom.Fast.Execution;

namespace HoloLoom.Fast.Backends;

/// <summary>How a service that speaks JSON is asked, and where in its answer the results are. The paths are property names separated by dots.</summary>
public sealed record HttpBackendOptions
{
    /// <summary>
    /// Makes the body of a POST; null: <c>{"query": …, "limit": …, "previous": [ids]}</c>. Ignored where the address has <c>{query}</c>.
    /// </summary>
    public Func<BackendQuery, HttpContent>? Body { get; init; }

    /// <summary>Where the array of results is; empty: the answer itself is it.</summary>
    public string Results { get; init; } = "results";

    /// <summary>Where in a result the id is: text, or a number.</summary>
    public string Id { get; init; } = "id";

    /// <summary>Where in a result the score is: a number. A result without one scores 1/rank.</summary>
    public string Score { get; init; } = "score";

    /// <summary>Where in a result the text is, if anywhere.</summary>
    public string Text { get; init; } = "text";

    /// <summary>For services whose scores have no upper end: the score that becomes 1/2; above 0. Null: scores are in 0..1 already.</summary>
    public double? HalfScore { get; init; }

    /// <summary>The longest answer that is read, in bytes; a longer one is a failure.</summary>
    public int MaxResponseBytes { get; init; } = 16 << 20;
}
