namespace HoloLoom.Fast.Execution;

/// <summary>The built-in choice of a pattern, in this order of precedence.</summary>
public sealed record PatternSelectorOptions
{
    /// <summary>Words and phrases that ask for judgement, matched whole and in any case: a query with one of them runs as a strange loop.</summary>
    public IReadOnlyList<string> ReflectiveWords { get; init; } = ["why", "should", "best", "optimal"];

    /// <summary>Above this confidence of the decision, feed-forward; 0..1.</summary>
    public double FeedForwardAbove { get; init; } = 0.8;

    /// <summary>From this many available backends on, parallel; 1 or more.</summary>
    public int ParallelFrom { get; init; } = 3;

    /// <summary>Above this confidence, recursive, else chain; 0..1.</summary>
    public double RecursiveAbove { get; init; } = 0.5;
}
