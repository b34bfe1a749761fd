using System.Text.RegularExpressions;

namespace HoloLoom.Fast.Classification;

/// <summary>Sorts patterns into the automaton (words and phrases) and regular expressions (the rest), and compiles both.</summary>
internal static class RuleCompiler
{
    /// <summary>64-bit words of pattern bits: at most 4096 patterns.</summary>
    public const int MaxWords = 64;

    /// <exception cref="PatternException">A pattern cannot be run.</exception>
    public static (Automaton Automaton, ExpressionSet? Expressions) Compile(IReadOnlyList<IReadOnlyList<QueryPattern>> patternsByType)
    {
        var trie = new PhraseTrie();
        var expressions = new List<(int Bit, Regex Regex)>();
        int bit = 0;
        for (int type = 0; type < patternsByType.Count; type++)
        {
            for (int i = 0; i < patternsByType[type].Count; i++, bit++)
            {
                QueryPattern pattern = patternsByType[type][i];
                if (bit >= MaxWords * 64)
                {
                    throw new PatternException(type, i, pattern.Text, $"is one too many: a router has at most {MaxWords * 64}. Put more words into one pattern.");
                }

                if (!TryAdd(trie, pattern, bit))
                {
                    expressions.Add((bit, Expression(pattern, type, i)));
                }
            }
        }

        Automaton automaton = new AutomatonBuilder(trie).Build(bit)
            ?? throw new PatternException(0, 0, "", "and those after it hold too many words and phrases for one automaton; use fewer, or a classifier of your own.");
        return (automaton, expressions.Count == 0 ? null : new ExpressionSet(expressions));
    }

    private static bool TryAdd(PhraseTrie trie, QueryPattern pattern, int bit)
    {
        IReadOnlyList<string>? words = pattern.Alternatives ?? PatternRegex.Words(pattern.Text);

        // The automaton reads UTF-8 too, where a supplementary character is not two units; and it fills texts up with U+0000.
        if (words is null || words.Any(static word => word.Any(static unit => unit == 0 || char.IsSurrogate(unit))) || !trie.HasRoomFor(words))
        {
            return false;
        }

        foreach (string word in words)
        {
            trie.Add(word, bit);
        }

        return true;
    }

    private static Regex Expression(QueryPattern pattern, int type, int index)
    {
        try
        {
            return new Regex(PatternRegex.Render(pattern), PatternRegex.Options | RegexOptions.NonBacktracking);
        }
        catch (NotSupportedException problem)
        {
            throw new PatternException(
                type,
                index,
                pattern.Text,
                "cannot run in time linear in the query's length. Lookarounds, backreferences, atomic groups and conditionals are not supported; "
                + $"rewrite it without them. ({problem.Message})",
                problem);
        }
        catch (ArgumentException problem)
        {
            throw new PatternException(
                type,
                index,
                pattern.Text,
                $"is not a valid regular expression: {problem.Message} To match such text literally, write it as {{\"words\": [\"…\"]}} instead.",
                problem);
        }
    }
}
