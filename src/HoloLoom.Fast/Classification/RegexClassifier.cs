using System.Text.RegularExpressions;

namespace HoloLoom.Fast.Classification;

/// <summary>The readable twin of <see cref="RuleClassifier"/>: runs one regular expression after the other and counts per type.</summary>
internal sealed class RegexClassifier(IReadOnlyList<IReadOnlyList<Regex>> regexesByType) : IQueryClassifier
{
    private readonly Regex[][] _regexesByType = [.. regexesByType.Select(static regexes => regexes.ToArray())];
    private readonly int _defaultType = RuleClassifier.IndexOfDefault(regexesByType);

    /// <summary>A twin for any patterns, by their rendered expressions.</summary>
    public static RegexClassifier Of(IReadOnlyList<IReadOnlyList<QueryPattern>> patternsByType) =>
        new([.. patternsByType.Select(static patterns =>
            (IReadOnlyList<Regex>)[.. patterns.Select(static pattern => new Regex(PatternRegex.Render(pattern), PatternRegex.Options))])]);

    public ClassifiedQuery Classify(ReadOnlySpan<char> query)
    {
        int best = -1;
        int bestScore = 0;
        for (int type = 0; type < _regexesByType.Length; type++)
        {
            int score = 0;
            foreach (Regex regex in _regexesByType[type])
            {
                score += regex.IsMatch(query) ? 1 : 0;
            }

            if (score > bestScore)
            {
                (best, bestScore) = (type, score);
            }
        }

        return best >= 0
            ? new ClassifiedQuery(best, RuleClassifier.MatchConfidence)
            : new ClassifiedQuery(_defaultType, RuleClassifier.DefaultConfidence);
    }
}
