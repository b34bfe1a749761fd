using System.Numerics;
using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Classification;

/// <summary>
/// Classifies by patterns: a type's score is how many of its patterns are found, the highest score wins, the first type wins a tie, and
/// the type without patterns takes what matches nothing.
/// </summary>
internal sealed class RuleClassifier : IQueryClassifier
{
    public const float MatchConfidence = 0.8f;
    public const float DefaultConfidence = 0.5f;

    // Above the key of any type without a match; a score adds 64 to its type's key.
    private const int DefaultKey = 63;

    // So many patterns have few enough combinations to keep the answer of each: 8 KB, of which texts touch little.
    private const int MaxTabulated = 13;

    private const int BatchChunk = Automaton.MaxBatch;

    private readonly IReadOnlyList<IReadOnlyList<QueryPattern>> _patterns;
    private readonly Automaton _automaton;
    private readonly WordTable? _table;
    private readonly ExpressionSet? _expressions;
    private readonly TypeBits[] _types;
    private readonly ulong[] _typeBits;
    private readonly byte[]? _answerOf;
    private readonly ClassifiedQuery[] _answers;
    private readonly int _defaultType;
    private readonly bool _isNarrow;

    private RuleClassifier(IReadOnlyList<IReadOnlyList<QueryPattern>> patterns, CompiledRules rules)
    {
        _patterns = patterns;
        (_automaton, _table, _expressions) = rules;
        _defaultType = IndexOfDefault(patterns);
        _isNarrow = _automaton.Words == 1 && _expressions is null;
        var types = new List<TypeBits>();
        int first = 0;
        for (int type = 0; type < patterns.Count; type++)
        {
            int count = patterns[type].Count;
            if (count > 0)
            {
                ulong bits = count >= 64 ? ulong.MaxValue : (1UL << count) - 1;
                types.Add(new TypeBits(type, first, count, bits << first));
            }

            first += count;
        }

        _types = [.. types];
        _typeBits = [.. types.Select(static type => type.Bits)];
        _answers =
        [
            new ClassifiedQuery(_defaultType, DefaultConfidence),
            .. types.Select(static type => new ClassifiedQuery(type.QueryType, MatchConfidence)),
        ];
        if (first <= MaxTabulated)
        {
            _answerOf = [.. Enumerable.Range(0, 1 << MaxTabulated).Select(found => (byte)IndexOfAnswer((ulong)found))];
        }
    }

    /// <param name="patternsByType">Patterns per query type; exactly one type has none.</param>
    /// <param name="useTable">False to do with the automaton alone, as where there are no vectors.</param>
    /// <exception cref="PatternException">A pattern cannot be run.</exception>
    public static RuleClassifier Create(IReadOnlyList<IReadOnlyList<QueryPattern>> patternsByType, bool useTable = true) =>
        new(patternsByType, RuleCompiler.Compile(patternsByType, useTable));

    public static int IndexOfDefault<T>(IReadOnlyList<IReadOnlyList<T>> byType)
    {
        int index = 0;
        while (byType[index].Count > 0)
        {
            index++;
        }

        return index;
    }

    public ClassifiedQuery Classify(ReadOnlySpan<char> query) =>
        _table is not null && _table.TryFind(query, out ulong found) ? Score(found)
        : _isNarrow ? Score(_automaton.Find(query))
        : _answers[IndexAtLength(query)];

    public ClassifiedQuery Classify(ReadOnlySpan<byte> utf8Query) =>
        _table is not null && _table.TryFind(utf8Query, out ulong found) ? Score(found)
        : _isNarrow ? Score(_automaton.Find(utf8Query))
        : _answers[IndexAtLength(utf8Query)];

    /// <summary>All answers there are; the first is that of a query without a match.</summary>
    public ReadOnlySpan<ClassifiedQuery> Answers => _answers;

    /// <summary>Classifies many queries: the same answers as one by one.</summary>
    /// <param name="queries">The queries, none null.</param>
    /// <param name="answers">Receives an index into <see cref="Answers"/> for each; at least as long.</param>
    [SkipLocalsInit]
    public void ClassifyBatch(ReadOnlySpan<string> queries, Span<byte> answers)
    {
        Span<ulong> found = stackalloc ulong[BatchChunk];
        for (int start = 0; start < queries.Length; start += BatchChunk)
        {
            ReadOnlySpan<string> chunk = queries[start..Math.Min(start + BatchChunk, queries.Length)];
            if (_table is not null)
            {
                _table.FindAll(chunk, found, _automaton);
            }
            else if (_isNarrow)
            {
                _automaton.FindAll(chunk, found);
            }
            else
            {
                for (int i = 0; i < chunk.Length; i++)
                {
                    answers[start + i] = (byte)IndexAtLength(chunk[i].AsSpan());
                }

                continue;
            }

            IndexAll(found[..chunk.Length], answers[start..]);
        }
    }

    /// <inheritdoc cref="ClassifyBatch(ReadOnlySpan{string}, Span{byte})"/>
    /// <param name="utf8">The text of all queries.</param>
    /// <param name="offsets">One more than there are queries, never decreasing, within <paramref name="utf8"/>.</param>
    /// <param name="answers">Receives an index into <see cref="Answers"/> for each; at least as long as there are queries.</param>
    [SkipLocalsInit]
    public void ClassifyBatch(ReadOnlySpan<byte> utf8, ReadOnlySpan<int> offsets, Span<byte> answers)
    {
        Span<ulong> found = stackalloc ulong[BatchChunk];
        for (int start = 0; start < offsets.Length - 1; start += BatchChunk)
        {
            ReadOnlySpan<int> chunk = offsets[start..Math.Min(start + BatchChunk + 1, offsets.Length)];
            if (_table is not null)
            {
                _table.FindAll(utf8, chunk, found, _automaton);
            }
            else if (_isNarrow)
            {
                _automaton.FindAll(utf8, chunk, found);
            }
            else
            {
                for (int i = 0; i < chunk.Length - 1; i++)
                {
                    answers[start + i] = (byte)IndexAtLength(utf8[chunk[i]..chunk[i + 1]]);
                }

                continue;
            }

            IndexAll(found[..(chunk.Length - 1)], answers[start..]);
        }
    }

    /// <summary>Which patterns a query matches, for an explanation. Allocates.</summary>
    public PatternMatches Match(ReadOnlySpan<char> query)
    {
        var found = new ulong[_automaton.Words];
        FindAll(query, found);
        var matches = new List<PatternMatch>();
        var scores = new int[_patterns.Count];
        foreach (TypeBits type in _types)
        {
            for (int pattern = 0; pattern < type.Count; pattern++)
            {
                int bit = type.First + pattern;
                if ((found[bit >> 6] >> bit & 1) != 0)
                {
                    matches.Add(new PatternMatch(type.QueryType, pattern, _patterns[type.QueryType][pattern].Text));
                    scores[type.QueryType]++;
                }
            }
        }

        return new PatternMatches(matches, scores);
    }

    private void IndexAll(ReadOnlySpan<ulong> found, Span<byte> answers)
    {
        answers = answers[..found.Length];
        if (_answerOf is { Length: 1 << MaxTabulated } answerOf)
        {
            for (int i = 0; i < found.Length; i++)
            {
                answers[i] = answerOf[(int)found[i] & ((1 << MaxTabulated) - 1)];
            }

            return;
        }

        for (int i = 0; i < found.Length; i++)
        {
            answers[i] = (byte)IndexOfAnswer(found[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ClassifiedQuery Score(ulong found) => _answers[_answerOf is { } answerOf ? answerOf[(int)found] : IndexOfAnswer(found)];

    // Free of branches on the text: the largest of (score, earlier type first), where no pattern at all counts for the default type.
    private int IndexOfAnswer(ulong found)
    {
        int best = DefaultKey;
        ulong[] typeBits = _typeBits;
        for (int i = 0; i < typeBits.Length; i++)
        {
            best = Math.Max(best, (BitOperations.PopCount(found & typeBits[i]) << 6) + DefaultKey - 1 - i);
        }

        return best > DefaultKey ? DefaultKey - (best & DefaultKey) : 0;
    }

    // More than 64 patterns, or regular expressions beside the automaton.
    [SkipLocalsInit]
    private int IndexAtLength(ReadOnlySpan<char> query)
    {
        Span<ulong> found = stackalloc ulong[RuleCompiler.MaxWords];
        found = found[.._automaton.Words];
        FindAll(query, found);
        return IndexOfAnswer(found);
    }

    [SkipLocalsInit]
    private int IndexAtLength(ReadOnlySpan<byte> utf8Query)
    {
        Span<ulong> found = stackalloc ulong[RuleCompiler.MaxWords];
        found = found[.._automaton.Words];
        found.Clear();
        _automaton.FindMany(utf8Query, found);
        _expressions?.Find(utf8Query, found);
        return IndexOfAnswer(found);
    }

    private void FindAll(ReadOnlySpan<char> query, Span<ulong> found)
    {
        found.Clear();
        _automaton.FindMany(query, found);
        _expressions?.Find(query, found);
    }

    private int IndexOfAnswer(ReadOnlySpan<ulong> found)
    {
        int best = 0;
        int bestScore = 0;
        for (int i = 0; i < _types.Length; i++)
        {
            TypeBits type = _types[i];
            int score = 0;
            for (int bit = type.First; bit < type.First + type.Count; bit++)
            {
                score += (int)(found[bit >> 6] >> bit & 1);
            }

            if (score > bestScore)
            {
                (best, bestScore) = (i + 1, score);
            }
        }

        return best;
    }

    /// <summary>A type's patterns, numbered on from those of the types before; <c>Bits</c> is used while all of them are below 64.</summary>
    private readonly record struct TypeBits(int QueryType, int First, int Count, ulong Bits);
}
