using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using HoloLoom.Fast.Internals;

namespace HoloLoom.Fast.Classification;

/// <summary>
/// Looks at 64 characters at once: which belong to words, and at which places one of many words may begin, by the words' first four
/// characters. It never misses one; how often it is wrong depends on the words.
/// </summary>
/// <remarks>
/// The words are dealt to eight buckets, a bit each. A shuffle looks up, for all characters of a vector, which buckets hold a word with such
/// a low half, and another such a high half, of the first, second, third and fourth character; the eight answers are intersected. This is the idea
/// of Teddy in Hyperscan (Wang et al., NSDI 2019).
/// <para>SAFETY: <c>Read</c> needs 67 readable bytes; the tables are this object's, two vectors of 64 bytes a character.</para>
/// </remarks>
internal sealed class WordFilter
{
    /// <summary>How many characters of a word are looked at.</summary>
    public const int Characters = 4;

    // Words of one and of two characters have buckets of their own: of them it is known where they end.
    private const byte OneCharacter = 0x80;
    private const byte TwoCharacters = 0x40;
    private const byte Longer = 0x3F;
    private const int LongBuckets = 6;

    private const int TableLength = 64;
    private const byte CaseBit = 0x20;

    private readonly AlignedBuffer<byte> _tables;

    private WordFilter(AlignedBuffer<byte> tables) => _tables = tables;

    /// <param name="words">Words in lower case, none empty.</param>
    public static WordFilter Create(IEnumerable<byte[]> words)
    {
        var tables = new AlignedBuffer<byte>(2 * Characters * TableLength);
        ILookup<int, byte[]> byLength = words.ToLookup(static word => Math.Min(word.Length, 3));
        byte[][] sorted = [.. byLength[3]];
        Array.Sort(sorted, static (a, b) => a.AsSpan().SequenceCompareTo(b));
        byte bucket = 1;
        foreach (Range range in WordBuckets.Divide(sorted, Characters, LongBuckets))
        {
            Add(tables.Span, sorted[range], bucket);
            bucket <<= 1;
        }

        Add(tables.Span, byLength[1], OneCharacter);
        Add(tables.Span, byLength[2], TwoCharacters);
        return new WordFilter(tables);
    }

    /// <summary>Reads 64 characters, and three more. Bytes outside ASCII end words, and behind a word they may follow as anything may.</summary>
    /// <param name="text">The first character.</param>
    /// <param name="isWord">The letters, digits and underscores, a bit each.</param>
    /// <param name="isOther">The bytes outside ASCII.</param>
    /// <param name="mayBegin">Where a word of three or more characters may begin.</param>
    /// <param name="mayBeOne">Where a word of one character may be.</param>
    /// <param name="mayBeTwo">Where a word of two characters may be.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Read(byte* text, out ulong isWord, out ulong isOther, out ulong mayBegin, out ulong mayBeOne, out ulong mayBeTwo)
    {
        var tables = (byte*)_tables.Address;
        if (Vector512.IsHardwareAccelerated && Avx512BW.IsSupported)
        {
            Vector512<byte> units = Vector512.Load(text);
            Vector512<byte> buckets = Buckets512(text, tables) & Buckets512(text + 1, tables + 2 * TableLength) & Buckets512(text + 2, tables + 4 * TableLength)
                & Buckets512(text + 3, tables + 6 * TableLength);
            isOther = units.ExtractMostSignificantBits();
            isWord = (Vector512.LessThanOrEqual((units | Vector512.Create(CaseBit)) - Vector512.Create((byte)'a'), Vector512.Create((byte)('z' - 'a')))
                | Vector512.LessThanOrEqual(units - Vector512.Create((byte)'0'), Vector512.Create((byte)9))
                | Vector512.Equals(units, Vector512.Create((byte)'_'))).ExtractMostSignificantBits();
            mayBegin = (~Vector512.Equals(buckets & Vector512.Create(Longer), Vector512<byte>.Zero)).ExtractMostSignificantBits();
            mayBeOne = buckets.ExtractMostSignificantBits();
            mayBeTwo = (buckets + buckets).ExtractMostSignificantBits();
        }
        else
        {
            Vector256<byte> low = Vector256.Load(text), high = Vector256.Load(text + Vector256<byte>.Count);
            isOther = WordTable.Bits(low, high);
            isWord = WordTable.Bits(WordTable.WordBytes(low), WordTable.WordBytes(high));
            low = Buckets256(text, tables) & Buckets256(text + 1, tables + 2 * TableLength) & Buckets256(text + 2, tables + 4 * TableLength)
                & Buckets256(text + 3, tables + 6 * TableLength);
            text += Vector256<byte>.Count;
            high = Buckets256(text, tables) & Buckets256(text + 1, tables + 2 * TableLength) & Buckets256(text + 2, tables + 4 * TableLength)
                & Buckets256(text + 3, tables + 6 * TableLength);
            Vector256<byte> longer = Vector256.Create(Longer);
            mayBegin = ~WordTable.Bits(Vector256.Equals(low & longer, Vector256<byte>.Zero), Vector256.Equals(high & longer, Vector256<byte>.Zero));
            mayBeOne = WordTable.Bits(low, high);
            mayBeTwo = WordTable.Bits(low + low, high + high);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector512<byte> Buckets512(byte* text, byte* tables)
    {
        Vector512<byte> half = Vector512.Create((byte)0x0F), units = Vector512.Load(text);
        return Avx512BW.Shuffle(Vector512.LoadAligned(tables), units & half)
            & Avx512BW.Shuffle(Vector512.LoadAligned(tables + TableLength), (units.AsUInt16() >> 4).AsByte() & half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector256<byte> Buckets256(byte* text, byte* tables)
    {
        Vector256<byte> half = Vector256.Create((byte)0x0F), units = Vector256.Load(text);
        return Avx2.Shuffle(Vector256.LoadAligned(tables), units & half)
            & Avx2.Shuffle(Vector256.LoadAligned(tables + TableLength), (units.AsUInt16() >> 4).AsByte() & half);
    }

    private static void Add(Span<byte> tables, IEnumerable<byte[]> words, byte bucket)
    {
        foreach (byte[] word in words)
        {
            for (int character = 0; character < Characters; character++)
            {
                Span<byte> low = tables.Slice(2 * character * TableLength, TableLength), high = tables.Slice((2 * character + 1) * TableLength, TableLength);
                for (int i = 0; i < TableLength; i++)
                {
                    // Each lane of sixteen has the same. Upper case counts as lower; behind a word anything may follow.
                    low[i] |= character >= word.Length || (word[character] & 15) == (i & 15) ? bucket : (byte)0;
                    high[i] |= character >= word.Length || word[character] >> 4 == ((i & 15) | CaseBit >> 4) ? bucket : (byte)0;
                }
            }
        }
    }
}
