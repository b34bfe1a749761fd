namespace HoloLoom.Fast.Execution;

/// <summary>The names of the built-in execution patterns.</summary>
public static class ExecutionPatterns
{
    /// <summary>One backend, one pass.</summary>
    public const string FeedForward = "feed-forward";

    /// <summary>On to the next alternative while the mean score is low.</summary>
    public const string Recursive = "recursive";

    /// <summary>After the first pass the router reconsiders its own decision.</summary>
    public const string StrangeLoop = "strange-loop";

    /// <summary>One backend after the other, each given the results so far.</summary>
    public const string Chain = "chain";

    /// <summary>Several backends at once.</summary>
    public const string Parallel = "parallel";

    /// <summary>A second backend when the first is slower than usual.</summary>
    public const string Hedged = "hedged";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [FeedForward, Recursive, StrangeLoop, Chain, Parallel, Hedged];
}
