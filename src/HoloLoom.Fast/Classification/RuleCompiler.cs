using System.Text.RegularExpressions;

namespace HoloLoom.Fast.Classification;

/// <summary>What patterns are compiled to. Words and phrases are in the automaton, and in the table too if it can hold all of them.</summary>
internal readonly record struct CompiledRules(Automaton Automaton, WordTable? Table, ExpressionSet? Expressions);

/// <summary>Sorts patterns into words and phrases, and regular expressions (the rest), and compiles both.</summary>
internal static class RuleCompiler
{
    /// <summary>64-bit words of pattern bits: at most 4096 patterns.</summary>
    public const int MaxWords = 64;

    /// <param name="patternsByType">Patterns per query type.</param>
    /// <param name="useTable">Whether to make a table where there can be one.</param>
    /// <exception cref="PatternException">A pattern cannot be run.</exception>
    public static CompiledRules Compile(IReadOnlyList<IReadOnlyList<QueryPattern>> patternsByType, bool useTable)
    {
        var trie = new PhraseTrie();
        var phrases = new List<(string Text, int Pattern)>();
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

                if (!TryAdd(trie, phrases, pattern, bit))
                {
                    expressions.Add((bit, Expression(pattern, type, i)));
                }
            }
        }

        Automaton automaton = new AutomatonBuilder(trie).Build(bit)
            ?? throw new PatternException(0, 0, "", "and those after it hold too many words and phrases for one automaton; use fewer, or a classifier of your own.");
        return expressions.Count > 0
            ? new CompiledRules(automaton, null, new ExpressionSet(expressions))
            : new CompiledRules(automaton, useTable && WordTable.IsSupported ? WordTable.TryCreate(phrases) : null, null);
    }

    private static bool TryAdd(PhraseTrie trie, List<(string, int)> phrases, QueryPattern pattern, int bit)
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
            phrases.Add((word, bit));
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
