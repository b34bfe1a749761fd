using System.Text;
using HoloLoom.Fast.Internals;

namespace HoloLoom.Fast.Classification;

/// <summary>
/// Finds words and phrases in ASCII texts by looking each word of the text up in a hash table without collisions. Vectors find where
/// words begin and end; the words of a text do not depend on each other, as the steps of an automaton do, so that a processor works on
/// several at once.
/// </summary>
/// <remarks>
/// A slot is known by the first eight characters of a word, in lower case, and its length: that is all of most words. What is left to
/// compare of a longer word, or of a phrase that begins with the word, is compared one by one. Not every set of patterns fits, and no text
/// outside ASCII does: the automaton does those, and is what this is tested against.
/// </remarks>
internal sealed partial class WordTable
{
    /// <summary>Patterns are numbered below this; the bit itself marks slots that have more to compare.</summary>
    public const int MaxPatterns = 63;

    // In 32 bytes each, with what a first-level cache holds easily beside the rest of a program.
    private const int MaxSlots = 512;

    // The length of a word is told from a key only below this.
    private const int MaxWordLength = 31;

    private const int KeyLength = sizeof(ulong);
    private const ulong MoreToCompare = 1UL << MaxPatterns;

    private readonly AlignedBuffer<Slot> _slots;
    private readonly ulong _multiplier;
    private readonly int _shift;
    private readonly Phrase[] _phrases;
    private readonly AlignedBuffer<Comparison> _comparisons;
    private readonly WordFilter _filter;

    private WordTable(Slot[] slots, ulong multiplier, int shift, Phrase[] phrases, WordFilter filter)
    {
        (_multiplier, _shift, _phrases, _filter) = (multiplier, shift, phrases, filter);
        _comparisons = new AlignedBuffer<Comparison>(Math.Max(1, phrases.Length));
        for (int i = 0; i < phrases.Length; i++)
        {
            _comparisons.Span[i] = new Comparison(phrases[i]);
        }

        _slots = new AlignedBuffer<Slot>(slots.Length);
        slots.CopyTo(_slots.Span);
    }

    /// <summary>Makes a table, or says with null that these phrases need the automaton.</summary>
    /// <param name="phrases">Phrases, each with the number of its pattern.</param>
    public static WordTable? TryCreate(IEnumerable<(string Text, int Pattern)> phrases)
    {
        var byWord = new Dictionary<(ulong Key, uint Length), List<Phrase>>();
        foreach ((string text, int pattern) in phrases)
        {
            if (pattern >= MaxPatterns)
            {
                return null;
            }

            if (!TryFold(text, out byte[] folded))
            {
                // A character that no ASCII text can match: the automaton sees the others.
                continue;
            }

            int length = WordLength(folded);
            if (length is 0 or > MaxWordLength)
            {
                return null;
            }

            (ulong, uint) word = (KeyOf(folded.AsSpan(0, length)), (uint)length);
            if (!byWord.TryGetValue(word, out List<Phrase>? same))
            {
                byWord.Add(word, same = []);
            }

            same.Add(new Phrase(folded, 1UL << pattern));
        }

        return Place(byWord);
    }

    // Tries multipliers until every word has a slot of its own. By chance alone, the number of pairs against that of slots, a table of n
    // words needs about n² / 4 slots to have one in a few tries.
    private static WordTable? Place(Dictionary<(ulong Key, uint Length), List<Phrase>> byWord)
    {
        const int Tries = 256;
        var random = new Random(1);
        for (int bits = 4; 1 << bits <= MaxSlots; bits++)
        {
            for (int attempt = 0; attempt < Tries && byWord.Count <= 1 << bits; attempt++)
            {
                ulong multiplier = (ulong)random.NextInt64() << 1 | 1;
                int shift = 64 - bits;
                if (byWord.Keys.Select(word => SlotOf(word.Key, word.Length, multiplier, shift)).Distinct().Count() == byWord.Count)
                {
                    return Fill(byWord, multiplier, shift);
                }
            }
        }

        return null;
    }

    private static WordTable Fill(Dictionary<(ulong Key, uint Length), List<Phrase>> byWord, ulong multiplier, int shift)
    {
        var slots = new Slot[1 << (64 - shift)];
        var compared = new List<Phrase>();
        foreach (((ulong key, uint length), List<Phrase> phrases) in byWord)
        {
            bool IsWhole(Phrase phrase) => phrase.Text.Length == length && length <= KeyLength;
            ulong found = phrases.Where(IsWhole).Aggregate(0UL, static (bits, phrase) => bits | phrase.Found);
            Phrase[] rest = [.. phrases.Where(phrase => !IsWhole(phrase))];
            slots[SlotOf(key, length, multiplier, shift)] = new Slot(key, length, compared.Count, rest.Length > 0 ? found | MoreToCompare : found);
            compared.AddRange(rest);
            if (rest.Length > 0)
            {
                rest[^1].IsLast = true;
            }
        }

        var filter = WordFilter.Create(byWord.Select(static word => word.Value[0].Text[..(int)Math.Min(word.Key.Length, WordFilter.Characters)]));
        return new WordTable(slots, multiplier, shift, [.. compared], filter);
    }

    private static int SlotOf(ulong key, uint length, ulong multiplier, int shift) => (int)((key + length) * multiplier >> shift);

    // In lower case. Of the units outside ASCII only the KELVIN SIGN equals one within.
    private static bool TryFold(string text, out byte[] folded)
    {
        string lower = text.Replace(CaseFolding.KelvinSign, 'k').ToLowerInvariant();
        folded = Encoding.ASCII.GetBytes(lower);
        return Ascii.IsValid(lower);
    }

    private static int WordLength(ReadOnlySpan<byte> folded)
    {
        int length = 0;
        while (length < folded.Length && WordCharacters.Contains((char)folded[length]))
        {
            length++;
        }

        return length;
    }

    private static ulong KeyOf(ReadOnlySpan<byte> word)
    {
        ulong key = 0;
        for (int i = Math.Min(word.Length, KeyLength) - 1; i >= 0; i--)
        {
            key = key << 8 | (byte)(word[i] | CaseBit);
        }

        return key;
    }

    /// <summary>A phrase in lower case, and the bit of its pattern.</summary>
    private sealed class Phrase(byte[] text, ulong found)
    {
        public byte[] Text { get; } = text;

        public ulong Found { get; } = found;

        /// <summary>Whether it is the last of those that begin with the same word.</summary>
        public bool IsLast { get; set; }
    }

    /// <summary>A phrase's first sixteen characters as words to compare at once, and what else there is to know of it: a line of the cache.</summary>
    private readonly struct Comparison(Phrase phrase)
    {
        private readonly EightCharacters _first = new(phrase.Text);
        private readonly EightCharacters _second = new(phrase.Text.AsSpan(Math.Min(phrase.Text.Length, KeyLength)));

        public ulong Found { get; } = phrase.Found;

        public uint Length { get; } = (uint)phrase.Text.Length;

        /// <summary>1 if the phrase ends in a character that belongs to no word, so that a word may follow at once; else 0.</summary>
        public ushort MayGoOn { get; } = WordCharacters.Contains((char)phrase.Text[^1]) ? (ushort)0 : (ushort)1;

        public bool IsLast { get; } = phrase.IsLast;

        /// <summary>Zero where a text has the first sixteen characters, or all if there are fewer.</summary>
        public ulong Differs(ulong first, ulong second) => _first.Differs(first) | _second.Differs(second);
    }

    /// <summary>Up to eight characters in lower case: zero where they equal a text's, in any case.</summary>
    private readonly struct EightCharacters
    {
        private readonly ulong _text;
        private readonly ulong _case;
        private readonly ulong _care;

        public EightCharacters(ReadOnlySpan<byte> text)
        {
            for (int i = Math.Min(text.Length, KeyLength) - 1; i >= 0; i--)
            {
                _text = _text << 8 | text[i];
                _case = _case << 8 | (char.IsAsciiLetter((char)text[i]) ? CaseBit : 0UL);
                _care = _care << 8 | 0xFF;
            }
        }

        public ulong Differs(ulong text) => ((text | _case) ^ _text) & _care;
    }

    /// <summary>The word that belongs here; the patterns found with it, and whether and from where on there are phrases to compare.</summary>
    private readonly record struct Slot(ulong Key, ulong Length, long Phrases, ulong Found);
}
