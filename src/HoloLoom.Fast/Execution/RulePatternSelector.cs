using HoloLoom.Fast.Classification;

namespace HoloLoom.Fast.Execution;

/// <summary>
/// The built-in choice: reflective words → strange loop; confident → feed-forward; many backends → parallel; fairly confident → recursive;
/// else chain.
/// </summary>
public sealed class RulePatternSelector : IPatternSelector
{
    private readonly RuleClassifier? _words;
    private readonly float _feedForwardAbove;
    private readonly float _recursiveAbove;
    private readonly int _parallelFrom;

    /// <summary>Creates the selector.</summary>
    /// <param name="options">Words and thresholds; null: the defaults.</param>
    /// <exception cref="RouterConfigurationException">A word or threshold is not usable.</exception>
    public RulePatternSelector(PatternSelectorOptions? options = null)
    {
        options ??= new PatternSelectorOptions();
        const string Path = "$.selector";
        ConfigurationChecks.Fraction($"{Path}.feedForwardAbove", options.FeedForwardAbove);
        ConfigurationChecks.Fraction($"{Path}.recursiveAbove", options.RecursiveAbove);
        ConfigurationChecks.Range($"{Path}.parallelFrom", options.ParallelFrom, 1, int.MaxValue);

        // A confidence is a float: the threshold must be rounded alike, or 0.8 would be above 0.8.
        (_feedForwardAbove, _recursiveAbove, _parallelFrom) = ((float)options.FeedForwardAbove, (float)options.RecursiveAbove, options.ParallelFrom);
        string[] words = [.. options.ReflectiveWords ?? throw new RouterConfigurationException($"{Path}.reflectiveWords", "the list is null.")];
        if (words.Length > 0)
        {
            try
            {
                _words = RuleClassifier.Create([[QueryPattern.Words(words)], []]);
            }
            catch (Exception problem) when (problem is ArgumentException or PatternException)
            {
                throw new RouterConfigurationException($"{Path}.reflectiveWords", problem.Message, problem);
            }
        }
    }

    /// <inheritdoc/>
    public string Choose(string query, in Decision decision, BackendSet available) => Choose(query, decision.Confidence, available);

    internal string Choose(string query, float confidence, BackendSet available) =>
        _words is not null && _words.Classify(query).QueryType == 0 ? ExecutionPatterns.StrangeLoop
        : confidence > _feedForwardAbove ? ExecutionPatterns.FeedForward
        : available.Count >= _parallelFrom ? ExecutionPatterns.Parallel
        : confidence > _recursiveAbove ? ExecutionPatterns.Recursive
        : ExecutionPatterns.Chain;
}
