using System.Buffers;

namespace HoloLoom.Fast.Classification;

/// <summary>One pattern of a query type: words and phrases, or a regular expression.</summary>
/// <remarks>
/// Words and phrases match whole, case-insensitively (invariant culture), anywhere in the query; a pattern counts once however many
/// of its alternatives are found. A word boundary is asked for at each end of an alternative that is a word character, as .NET's
/// <c>\b</c> defines it; an end such as the <c>+</c> of <c>c++</c> needs none.
/// </remarks>
public sealed class QueryPattern
{
    internal static readonly SearchValues<char> Metacharacters = SearchValues.Create("\\^$.|?*+()[]{}");

    private QueryPattern(string text, IReadOnlyList<string>? words)
    {
        Text = text;
        Alternatives = words;
    }

    /// <summary>The pattern as written: the alternatives joined by commas, or the regular expression.</summary>
    public string Text { get; }

    /// <summary>The words and phrases; null for a regular expression.</summary>
    public IReadOnlyList<string>? Alternatives { get; }

    /// <summary>Whether the pattern is a regular expression.</summary>
    public bool IsRegex => Alternatives is null;

    /// <summary>A pattern of words and phrases, any of which matches.</summary>
    /// <param name="alternatives">At least one; none empty or white space at an end.</param>
    /// <exception cref="ArgumentException">No alternative, or an empty one.</exception>
    public static QueryPattern Words(params ReadOnlySpan<string> alternatives)
    {
        string[] words = alternatives.ToArray();
        if (words.Length == 0)
        {
            throw new ArgumentException("A pattern needs at least one word or phrase.", nameof(alternatives));
        }

        for (int i = 0; i < words.Length; i++)
        {
            words[i] = words[i]?.Trim() ?? "";
            if (words[i].Length == 0)
            {
                throw new ArgumentException("A word or phrase is empty.", nameof(alternatives));
            }
        }

        return new QueryPattern(string.Join(", ", words), words);
    }

    /// <summary>A .NET regular expression, matched ignoring case (invariant culture) in time linear in the query's length.</summary>
    /// <param name="expression">The expression. Lookarounds, backreferences and atomic groups cannot run in linear time and are refused when a router is built.</param>
    public static QueryPattern Regex(string expression)
    {
        ArgumentException.ThrowIfNullOrEmpty(expression);
        return new QueryPattern(expression, null);
    }

    /// <summary>
    /// Reads a pattern as configuration writes it: text with any of <c>\ ^ $ . | ? * + ( ) [ ] { }</c> is a regular expression, other
    /// text is words and phrases separated by commas.
    /// </summary>
    /// <param name="text">The pattern.</param>
    /// <exception cref="ArgumentException">Empty, or an empty alternative.</exception>
    public static QueryPattern Parse(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        return text.AsSpan().ContainsAny(Metacharacters) ? Regex(text) : Words(text.Split(','));
    }

    /// <summary>The pattern as written.</summary>
    public override string ToString() => Text;
}
