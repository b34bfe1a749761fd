namespace HoloLoom.Fast.Classification;

/// <summary>
/// A deterministic automaton that finds every phrase of every pattern in one pass. For each unit it loads the unit's class, then the next
/// state; nothing branches on the text, and a query of n units takes n steps whatever it says.
/// </summary>
internal abstract class Automaton
{
    /// <summary>The most texts that <c>FindAll</c> takes at once.</summary>
    public const int MaxBatch = 128;

    private readonly int _words;

    private protected Automaton(int words) => _words = words;

    /// <summary>How many 64-bit words hold a bit for each pattern.</summary>
    public int Words => _words;

    /// <summary>Finds the patterns of a text, at most 64 of them, a bit each.</summary>
    public abstract ulong Find(ReadOnlySpan<char> text);

    /// <summary>Finds the patterns of a UTF-8 text, at most 64 of them, a bit each.</summary>
    public abstract ulong Find(ReadOnlySpan<byte> utf8);

    /// <summary>Finds the patterns of many texts side by side.</summary>
    /// <param name="texts">At most <see cref="MaxBatch"/> texts, none null.</param>
    /// <param name="found">Receives the bits of each.</param>
    public abstract void FindAll(ReadOnlySpan<string> texts, Span<ulong> found);

    /// <summary>Finds the patterns of many UTF-8 texts side by side.</summary>
    /// <param name="utf8">All texts.</param>
    /// <param name="offsets">One more than there are texts (at most <see cref="MaxBatch"/>), never decreasing, within <paramref name="utf8"/>.</param>
    /// <param name="found">Receives the bits of each.</param>
    public abstract void FindAll(ReadOnlySpan<byte> utf8, ReadOnlySpan<int> offsets, Span<ulong> found);

    /// <summary>Finds the patterns of a text when there are more than 64.</summary>
    /// <param name="text">The text.</param>
    /// <param name="found">Receives the bits, <see cref="Words"/> of them, cleared before.</param>
    public abstract void FindMany(ReadOnlySpan<char> text, Span<ulong> found);

    /// <inheritdoc cref="FindMany(ReadOnlySpan{char}, Span{ulong})"/>
    public abstract void FindMany(ReadOnlySpan<byte> utf8, Span<ulong> found);

    /// <param name="classOf">The class of every UTF-16 unit.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="next">The next state for each state and class, row after row; state 0 begins.</param>
    /// <param name="entered">Per state, the patterns that entering it completes.</param>
    /// <param name="atEnd">Per state, the patterns that the end of the text completes.</param>
    /// <param name="patterns">How many patterns there are.</param>
    public static Automaton Create(byte[] classOf, int classes, ReadOnlySpan<int> next, int[][] entered, int[][] atEnd, int patterns)
    {
        int words = Math.Max(1, (patterns + 63) / 64);
        ulong[] enteredBits = Bits(entered, words);
        ulong[] atEndBits = Bits(atEnd, words);
        return Automaton<ushort>.Fits(entered.Length, classes)
            ? new Automaton<ushort>(classOf, classes, next, enteredBits, atEndBits, words)
            : new Automaton<uint>(classOf, classes, next, enteredBits, atEndBits, words);
    }

    private static ulong[] Bits(int[][] patternsOfState, int words)
    {
        var bits = new ulong[patternsOfState.Length * words];
        for (int state = 0; state < patternsOfState.Length; state++)
        {
            foreach (int pattern in patternsOfState[state])
            {
                bits[state * words + (pattern >> 6)] |= 1UL << pattern;
            }
        }

        return bits;
    }
}
