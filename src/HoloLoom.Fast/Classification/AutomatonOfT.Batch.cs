using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace HoloLoom.Fast.Classification;

/// <summary>Many texts side by side: four walks at a time, so that while one waits for its load the other three go on.</summary>
/// <remarks>
/// Only ASCII texts walk together. They are read in words of eight bytes, the last one filled up with zeros, of which there is at least
/// one: U+0000 is no word character and in no phrase, so that it ends a text as its end would, and more of it changes nothing. Texts are
/// taken in the order of their number of words, so that the four end together.
/// <para>
/// SAFETY: columns and rows are pinned and this object holds them, so their addresses are good; the bounds are those of the other part.
/// A unit is below 128, because only ASCII texts are in the order.
/// </para>
/// </remarks>
internal sealed partial class Automaton<T>
{
    // A bucket a number of words; longer texts share the last.
    private const int Buckets = 64;

    private interface ITexts<TUnit>
        where TUnit : unmanaged
    {
        int Count { get; }

        /// <summary>Whether all texts are known to be ASCII.</summary>
        bool AreAscii { get; }

        ReadOnlySpan<TUnit> this[int index] { get; }
    }

    public override void FindAll(ReadOnlySpan<string> texts, Span<ulong> found)
    {
        var source = new Strings(texts);
        SideBySide<char, Strings>(source, found);
    }

    public override void FindAll(ReadOnlySpan<byte> utf8, ReadOnlySpan<int> offsets, Span<ulong> found)
    {
        var source = new Slices(utf8, offsets);
        SideBySide<byte, Slices>(source, found);
    }

    [SkipLocalsInit]
    private void SideBySide<TUnit, TTexts>(TTexts texts, Span<ulong> found)
        where TUnit : unmanaged
        where TTexts : struct, ITexts<TUnit>, allows ref struct
    {
        Span<byte> order = stackalloc byte[MaxBatch];
        int sorted = Sort<TUnit, TTexts>(texts, order, found);
        int i = sorted;
        for (; i >= 4; i -= 4)
        {
            Walk4<TUnit, TTexts>(texts, order.Slice(i - 4, 4), found);
        }

        // The shortest three at most.
        for (i--; i >= 0; i--)
        {
            found[order[i]] = Walk(texts[order[i]]);
        }
    }

    // By counting. Texts outside ASCII are done at once and left out of the order.
    [SkipLocalsInit]
    private int Sort<TUnit, TTexts>(TTexts texts, Span<byte> order, Span<ulong> found)
        where TUnit : unmanaged
        where TTexts : struct, ITexts<TUnit>, allows ref struct
    {
        const byte LeftOut = Buckets;
        Span<byte> bucketOf = stackalloc byte[MaxBatch];
        Span<byte> start = stackalloc byte[Buckets + 1];
        start.Clear();
        bool allAscii = texts.AreAscii;
        int count = texts.Count;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<TUnit> text = texts[i];
            int bucket = Math.Min(WordsOf(text), Buckets - 1);
            if (!allAscii && !IsAscii(text))
            {
                found[i] = typeof(TUnit) == typeof(byte) ? WalkUtf8(MemoryMarshal.AsBytes(text)) : Walk(text);
                bucket = LeftOut;
            }

            bucketOf[i] = (byte)bucket;
            start[bucket]++;
        }

        int sum = 0;
        for (int bucket = 0; bucket < Buckets; bucket++)
        {
            int size = start[bucket];
            start[bucket] = (byte)sum;
            sum += size;
        }

        for (int i = 0; i < count; i++)
        {
            int bucket = bucketOf[i];
            if (bucket != LeftOut)
            {
                order[start[bucket]++] = (byte)i;
            }
        }

        return sum;
    }

    private unsafe void Walk4<TUnit, TTexts>(TTexts texts, ReadOnlySpan<byte> order, Span<ulong> found)
        where TUnit : unmanaged
        where TTexts : struct, ITexts<TUnit>, allows ref struct
    {
        nuint* columns = (nuint*)_asciiColumns.Address;
        byte* rows = (byte*)_rows.Address;
        ReadOnlySpan<TUnit> a = texts[order[0]], b = texts[order[1]], c = texts[order[2]], d = texts[order[3]];
        int full = Math.Min(Math.Min(WordsOf(a), WordsOf(b)), Math.Min(WordsOf(c), WordsOf(d))) - 1;
        int words = Math.Max(Math.Max(WordsOf(a), WordsOf(b)), Math.Max(WordsOf(c), WordsOf(d)));
        nuint stateA = 0, stateB = 0, stateC = 0, stateD = 0;
        Vector128<ulong> foundA = default, foundB = default, foundC = default, foundD = default;
        for (int word = 0; word < full; word++)
        {
            ulong unitsA = FullWordAt(a, word), unitsB = FullWordAt(b, word), unitsC = FullWordAt(c, word), unitsD = FullWordAt(d, word);
            Steps4<TUnit>(columns, rows, ref unitsA, ref unitsB, ref unitsC, ref unitsD, ref stateA, ref stateB, ref stateC, ref stateD, ref foundA, ref foundB, ref foundC, ref foundD);
        }

        for (int word = full; word < words; word++)
        {
            ulong unitsA = WordAt(a, word), unitsB = WordAt(b, word), unitsC = WordAt(c, word), unitsD = WordAt(d, word);
            Steps4<TUnit>(columns, rows, ref unitsA, ref unitsB, ref unitsC, ref unitsD, ref stateA, ref stateB, ref stateC, ref stateD, ref foundA, ref foundB, ref foundC, ref foundD);
        }

        found[order[0]] = foundA.ToScalar();
        found[order[1]] = foundB.ToScalar();
        found[order[2]] = foundC.ToScalar();
        found[order[3]] = foundD.ToScalar();
    }

    // All units of a word of each text. Written out, because a counter would be one register too many; what was found is gathered in vectors,
    // of which only the first element means anything, for the same reason.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Steps4<TUnit>(
        nuint* columns,
        byte* rows,
        ref ulong unitsA,
        ref ulong unitsB,
        ref ulong unitsC,
        ref ulong unitsD,
        ref nuint stateA,
        ref nuint stateB,
        ref nuint stateC,
        ref nuint stateD,
        ref Vector128<ulong> foundA,
        ref Vector128<ulong> foundB,
        ref Vector128<ulong> foundC,
        ref Vector128<ulong> foundD)
        where TUnit : unmanaged
    {
        Step4<TUnit>(columns, rows, ref unitsA, ref unitsB, ref unitsC, ref unitsD, ref stateA, ref stateB, ref stateC, ref stateD, ref foundA, ref foundB, ref foundC, ref foundD);
        Step4<TUnit>(columns, rows, ref unitsA, ref unitsB, ref unitsC, ref unitsD, ref stateA, ref stateB, ref stateC, ref stateD, ref foundA, ref foundB, ref foundC, ref foundD);
        Step4<TUnit>(columns, rows, ref unitsA, ref unitsB, ref unitsC, ref unitsD, ref stateA, ref stateB, ref stateC, ref stateD, ref foundA, ref foundB, ref foundC, ref foundD);
        Step4<TUnit>(columns, rows, ref unitsA, ref unitsB, ref unitsC, ref unitsD, ref stateA, ref stateB, ref stateC, ref stateD, ref foundA, ref foundB, ref foundC, ref foundD);
        if (typeof(TUnit) == typeof(byte))
        {
            Step4<TUnit>(columns, rows, ref unitsA, ref unitsB, ref unitsC, ref unitsD, ref stateA, ref stateB, ref stateC, ref stateD, ref foundA, ref foundB, ref foundC, ref foundD);
            Step4<TUnit>(columns, rows, ref unitsA, ref unitsB, ref unitsC, ref unitsD, ref stateA, ref stateB, ref stateC, ref stateD, ref foundA, ref foundB, ref foundC, ref foundD);
            Step4<TUnit>(columns, rows, ref unitsA, ref unitsB, ref unitsC, ref unitsD, ref stateA, ref stateB, ref stateC, ref stateD, ref foundA, ref foundB, ref foundC, ref foundD);
            Step4<TUnit>(columns, rows, ref unitsA, ref unitsB, ref unitsC, ref unitsD, ref stateA, ref stateB, ref stateC, ref stateD, ref foundA, ref foundB, ref foundC, ref foundD);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Step4<TUnit>(
        nuint* columns,
        byte* rows,
        ref ulong unitsA,
        ref ulong unitsB,
        ref ulong unitsC,
        ref ulong unitsD,
        ref nuint stateA,
        ref nuint stateB,
        ref nuint stateC,
        ref nuint stateD,
        ref Vector128<ulong> foundA,
        ref Vector128<ulong> foundB,
        ref Vector128<ulong> foundC,
        ref Vector128<ulong> foundD)
        where TUnit : unmanaged
    {
        stateA = Step(columns, stateA, Next<TUnit>(ref unitsA));
        stateB = Step(columns, stateB, Next<TUnit>(ref unitsB));
        stateC = Step(columns, stateC, Next<TUnit>(ref unitsC));
        stateD = Step(columns, stateD, Next<TUnit>(ref unitsD));
        foundA |= Vector128.Load((ulong*)(rows + stateA));
        foundB |= Vector128.Load((ulong*)(rows + stateB));
        foundC |= Vector128.Load((ulong*)(rows + stateC));
        foundD |= Vector128.Load((ulong*)(rows + stateD));
    }

    /// <summary>Words of eight bytes, with at least one unit to spare.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WordsOf<TUnit>(ReadOnlySpan<TUnit> text)
        where TUnit : unmanaged => text.Length * Unsafe.SizeOf<TUnit>() / sizeof(ulong) + 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe nuint Step(nuint* columns, nuint state, nuint unit)
    {
        byte* cell = (byte*)columns[unit] + state;
        return typeof(T) == typeof(ushort) ? *(ushort*)cell : *(uint*)cell;
    }

    private static bool IsAscii<TUnit>(ReadOnlySpan<TUnit> text)
        where TUnit : unmanaged =>
        typeof(TUnit) == typeof(byte)
            ? System.Text.Ascii.IsValid(MemoryMarshal.AsBytes(text))
            : System.Text.Ascii.IsValid(MemoryMarshal.Cast<TUnit, char>(text));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint Next<TUnit>(ref ulong units)
        where TUnit : unmanaged
    {
        nuint unit = typeof(TUnit) == typeof(byte) ? (byte)units : (char)units;
        units >>= 8 * Unsafe.SizeOf<TUnit>();
        return unit;
    }

    // SAFETY: the caller asks only for words that lie in the text as a whole.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong FullWordAt<TUnit>(ReadOnlySpan<TUnit> text, int word)
        where TUnit : unmanaged =>
        Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref Unsafe.As<TUnit, byte>(ref MemoryMarshal.GetReference(text)), word * sizeof(ulong)));

    // SAFETY: reads below the text's length only.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong WordAt<TUnit>(ReadOnlySpan<TUnit> text, int word)
        where TUnit : unmanaged
    {
        ref byte first = ref Unsafe.As<TUnit, byte>(ref MemoryMarshal.GetReference(text));
        int left = text.Length * Unsafe.SizeOf<TUnit>() - word * sizeof(ulong);
        return left >= sizeof(ulong) ? FullWordAt(text, word) : LastWord(ref first, word * sizeof(ulong), left);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong LastWord(ref byte first, int at, int left)
    {
        if (left <= 0)
        {
            return 0;
        }

        if (at > 0)
        {
            // The last eight bytes of the text, less those of the word before.
            return Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, at + left - sizeof(ulong))) >> (8 * (sizeof(ulong) - left));
        }

        ulong units = 0;
        for (int i = left - 1; i >= 0; i--)
        {
            units = units << 8 | Unsafe.Add(ref first, i);
        }

        return units;
    }

    private readonly ref struct Strings(ReadOnlySpan<string> texts) : ITexts<char>
    {
        private readonly ReadOnlySpan<string> _texts = texts;

        public int Count => _texts.Length;

        public bool AreAscii => false;

        public ReadOnlySpan<char> this[int index] => _texts[index];
    }

    private readonly ref struct Slices(ReadOnlySpan<byte> utf8, ReadOnlySpan<int> offsets) : ITexts<byte>
    {
        private readonly ReadOnlySpan<byte> _utf8 = utf8;
        private readonly ReadOnlySpan<int> _offsets = offsets;

        public int Count => _offsets.Length - 1;

        public bool AreAscii => System.Text.Ascii.IsValid(_utf8[_offsets[0].._offsets[^1]]);

        public ReadOnlySpan<byte> this[int index] => _utf8[_offsets[index].._offsets[index + 1]];
    }
}
