using System.Text;
using System.Text.RegularExpressions;

namespace HoloLoom.Fast.Classification;

/// <summary>The regular expression that a pattern means, and the way back from an expression of words to the words.</summary>
internal static class PatternRegex
{
    public const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    /// <summary>
    /// The expression: words and phrases escaped, with <c>\b</c> at each end that is a word character; <c>\b(?:…|…)\b</c> where all
    /// alternatives have both.
    /// </summary>
    public static string Render(QueryPattern pattern)
    {
        if (pattern.Alternatives is not { } words)
        {
            return pattern.Text;
        }

        if (words.All(static word => WordCharacters.Contains(word[0]) && WordCharacters.Contains(word[^1])))
        {
            return $@"\b(?:{string.Join('|', words.Select(Escape))})\b";
        }

        return string.Join('|', words.Select(static word =>
            $"{(WordCharacters.Contains(word[0]) ? @"\b" : "")}{Escape(word)}{(WordCharacters.Contains(word[^1]) ? @"\b" : "")}"));
    }

    /// <summary>The words of an expression of the forms <c>\bword\b</c> and <c>\b(one|two)\b</c>; null for any other.</summary>
    public static string[]? Words(string expression)
    {
        if (!expression.StartsWith(@"\b", StringComparison.Ordinal) || !expression.EndsWith(@"\b", StringComparison.Ordinal) || expression.Length < 5)
        {
            return null;
        }

        string inner = expression[2..^2];
        if (inner.StartsWith("(?:", StringComparison.Ordinal) && inner[^1] == ')')
        {
            inner = inner[3..^1];
        }
        else if (inner[0] == '(' && inner[^1] == ')')
        {
            inner = inner[1..^1];
        }
        else if (inner.Contains('|'))
        {
            // \ba|b\b asks for one boundary each.
            return null;
        }

        string[] words = inner.Split('|');
        return Array.TrueForAll(words, static word => word.Length > 0 && IsLiteral(word)) ? words : null;
    }

    // A space is literal too, as IgnorePatternWhitespace is never on.
    private static bool IsLiteral(string word) =>
        WordCharacters.Contains(word[0]) && WordCharacters.Contains(word[^1]) && !word.AsSpan().ContainsAny(QueryPattern.Metacharacters) && !word.Any(char.IsSurrogate);

    // Like Regex.Escape, but a space stays a space.
    private static string Escape(string word) => new StringBuilder(Regex.Escape(word)).Replace(@"\ ", " ").ToString();
}
