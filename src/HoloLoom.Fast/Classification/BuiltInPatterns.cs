using System.Text.RegularExpressions;

namespace HoloLoom.Fast.Classification;

/// <summary>The built-in patterns as source-generated regular expressions: the truth that the automaton is measured against.</summary>
/// <remarks>A test holds these expressions equal to what the default patterns render to, in order.</remarks>
internal static partial class BuiltInPatterns
{
    /// <summary>The expressions, per query type.</summary>
    public static IReadOnlyList<IReadOnlyList<Regex>> ByType { get; } =
    [
        [Who(), When(), Related(), Relationship()],
        [Similar(), Find(), Compare()],
        [My(), Personal(), User()],
        [Recent(), ThisWeek(), Now()],
        [],
    ];

    [GeneratedRegex(@"\b(?:who|whom|whose)\b", PatternRegex.Options)]
    private static partial Regex Who();

    [GeneratedRegex(@"\b(?:when|where)\b", PatternRegex.Options)]
    private static partial Regex When();

    [GeneratedRegex(@"\b(?:related|connected|between)\b", PatternRegex.Options)]
    private static partial Regex Related();

    [GeneratedRegex(@"\b(?:relationship|connection)\b", PatternRegex.Options)]
    private static partial Regex Relationship();

    [GeneratedRegex(@"\b(?:similar|like|resembles)\b", PatternRegex.Options)]
    private static partial Regex Similar();

    [GeneratedRegex(@"\b(?:find|search|look for)\b", PatternRegex.Options)]
    private static partial Regex Find();

    [GeneratedRegex(@"\b(?:compare|comparison)\b", PatternRegex.Options)]
    private static partial Regex Compare();

    [GeneratedRegex(@"\b(?:my|mine|i|me)\b", PatternRegex.Options)]
    private static partial Regex My();

    [GeneratedRegex(@"\b(?:personal|preference|favorite)\b", PatternRegex.Options)]
    private static partial Regex Personal();

    [GeneratedRegex(@"\b(?:user|profile)\b", PatternRegex.Options)]
    private static partial Regex User();

    [GeneratedRegex(@"\b(?:recent|latest|today|yesterday)\b", PatternRegex.Options)]
    private static partial Regex Recent();

    [GeneratedRegex(@"\b(?:this week|last week|past)\b", PatternRegex.Options)]
    private static partial Regex ThisWeek();

    [GeneratedRegex(@"\b(?:now|current|currently)\b", PatternRegex.Options)]
    private static partial Regex Now();
}
