using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HoloLoom.Fast.Classification;

/// <summary>Many texts side by side: four walks at a time, so that while one waits for its load the other three go on.</summary>
/// <remarks>
/// Texts are read in words of eight bytes, the last one filled up with zeros, of which there is at least one: U+0000 is no word character
/// and in no phrase, so that it ends a text as its end would, and more of it changes nothing. Texts are taken in the order of their number
/// of words, so that the four end together.
/// </remarks>
internal sealed partial class Automaton<T>
{
    // A bucket a number of words; longer texts share the last.
    private const int Buckets = 64;

    private interface ITexts<TUnit>
        where TUnit : unmanaged
    {
        int Count { get; }

        /// <summary>Whether every element of every text is a UTF-16 unit: UTF-16, or ASCII throughout.</summary>
        bool HoldUnitsOnly { get; }

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
        int i = 0;
        for (; i + 4 <= sorted; i += 4)
        {
            Walk4<TUnit, TTexts>(texts, order.Slice(i, 4), found);
        }

        for (; i < sorted; i++)
        {
            found[order[i]] = Walk(texts[order[i]]);
        }
    }

    // By counting. Bytes outside ASCII are not units, so texts with such are done at once and left out of the order.
    [SkipLocalsInit]
    private int Sort<TUnit, TTexts>(TTexts texts, Span<byte> order, Span<ulong> found)
        where TUnit : unmanaged
        where TTexts : struct, ITexts<TUnit>, allows ref struct
    {
        const byte LeftOut = Buckets;
        Span<byte> bucketOf = stackalloc byte[MaxBatch];
        Span<byte> start = stackalloc byte[Buckets + 1];
        start.Clear();
        bool unitsOnly = texts.HoldUnitsOnly;
        int count = texts.Count;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<TUnit> text = texts[i];
            int bucket = Math.Min(WordsOf(text), Buckets - 1);
            if (!unitsOnly && !System.Text.Ascii.IsValid(MemoryMarshal.AsBytes(text)))
            {
                found[i] = WalkUtf8(MemoryMarshal.AsBytes(text));
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

    private void Walk4<TUnit, TTexts>(TTexts texts, ReadOnlySpan<byte> order, Span<ulong> found)
        where TUnit : unmanaged
        where TTexts : struct, ITexts<TUnit>, allows ref struct
    {
        Tables tables = Get();
        ReadOnlySpan<TUnit> a = texts[order[0]], b = texts[order[1]], c = texts[order[2]], d = texts[order[3]];
        int words = Math.Max(Math.Max(WordsOf(a), WordsOf(b)), Math.Max(WordsOf(c), WordsOf(d)));
        nuint stateA = 0, stateB = 0, stateC = 0, stateD = 0;
        ulong foundA = 0, foundB = 0, foundC = 0, foundD = 0;
        for (int word = 0; word < words; word++)
        {
            ulong unitsA = WordAt(a, word), unitsB = WordAt(b, word), unitsC = WordAt(c, word), unitsD = WordAt(d, word);
            // Written out, because a counter would be one register too many.
            Step4<TUnit>(tables, ref unitsA, ref unitsB, ref unitsC, ref unitsD, ref stateA, ref stateB, ref stateC, ref stateD, ref foundA, ref foundB, ref foundC, ref foundD);
            Step4<TUnit>(tables, ref unitsA, ref unitsB, ref unitsC, ref unitsD, ref stateA, ref stateB, ref stateC, ref stateD, ref foundA, ref foundB, ref foundC, ref foundD);
            Step4<TUnit>(tables, ref unitsA, ref unitsB, ref unitsC, ref unitsD, ref stateA, ref stateB, ref stateC, ref stateD, ref foundA, ref foundB, ref foundC, ref foundD);
            Step4<TUnit>(tables, ref unitsA, ref unitsB, ref unitsC, ref unitsD, ref stateA, ref stateB, ref stateC, ref stateD, ref foundA, ref foundB, ref foundC, ref foundD);
            if (typeof(TUnit) == typeof(byte))
            {
                Step4<TUnit>(tables, ref unitsA, ref unitsB, ref unitsC, ref unitsD, ref stateA, ref stateB, ref stateC, ref stateD, ref foundA, ref foundB, ref foundC, ref foundD);
                Step4<TUnit>(tables, ref unitsA, ref unitsB, ref unitsC, ref unitsD, ref stateA, ref stateB, ref stateC, ref stateD, ref foundA, ref foundB, ref foundC, ref foundD);
                Step4<TUnit>(tables, ref unitsA, ref unitsB, ref unitsC, ref unitsD, ref stateA, ref stateB, ref stateC, ref stateD, ref foundA, ref foundB, ref foundC, ref foundD);
                Step4<TUnit>(tables, ref unitsA, ref unitsB, ref unitsC, ref unitsD, ref stateA, ref stateB, ref stateC, ref stateD, ref foundA, ref foundB, ref foundC, ref foundD);
            }
        }

        found[order[0]] = foundA;
        found[order[1]] = foundB;
        found[order[2]] = foundC;
        found[order[3]] = foundD;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step4<TUnit>(
        in Tables tables,
        ref ulong unitsA,
        ref ulong unitsB,
        ref ulong unitsC,
        ref ulong unitsD,
        ref nuint stateA,
        ref nuint stateB,
        ref nuint stateC,
        ref nuint stateD,
        ref ulong foundA,
        ref ulong foundB,
        ref ulong foundC,
        ref ulong foundD)
        where TUnit : unmanaged
    {
        stateA = tables.Step(stateA, Next<TUnit>(ref unitsA));
        stateB = tables.Step(stateB, Next<TUnit>(ref unitsB));
        stateC = tables.Step(stateC, Next<TUnit>(ref unitsC));
        stateD = tables.Step(stateD, Next<TUnit>(ref unitsD));
        foundA |= tables.EnteredAt(stateA);
        foundB |= tables.EnteredAt(stateB);
        foundC |= tables.EnteredAt(stateC);
        foundD |= tables.EnteredAt(stateD);
    }

    /// <summary>Words of eight bytes, with at least one unit to spare.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WordsOf<TUnit>(ReadOnlySpan<TUnit> text)
        where TUnit : unmanaged => text.Length * Unsafe.SizeOf<TUnit>() / sizeof(ulong) + 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint Next<TUnit>(ref ulong units)
        where TUnit : unmanaged
    {
        nuint unit = typeof(TUnit) == typeof(byte) ? (byte)units : (char)units;
        units >>= 8 * Unsafe.SizeOf<TUnit>();
        return unit;
    }

    // SAFETY: reads below the text's length only.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong WordAt<TUnit>(ReadOnlySpan<TUnit> text, int word)
        where TUnit : unmanaged
    {
        ref byte first = ref Unsafe.As<TUnit, byte>(ref MemoryMarshal.GetReference(text));
        int left = text.Length * Unsafe.SizeOf<TUnit>() - word * sizeof(ulong);
        return left >= sizeof(ulong) ? Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, word * sizeof(ulong))) : LastWord(ref first, word * sizeof(ulong), left);
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

        public bool HoldUnitsOnly => true;

        public ReadOnlySpan<char> this[int index] => _texts[index];
    }

    private readonly ref struct Slices(ReadOnlySpan<byte> utf8, ReadOnlySpan<int> offsets) : ITexts<byte>
    {
        private readonly ReadOnlySpan<byte> _utf8 = utf8;
        private readonly ReadOnlySpan<int> _offsets = offsets;

        public int Count => _offsets.Length - 1;

        public bool HoldUnitsOnly => System.Text.Ascii.IsValid(_utf8[_offsets[0].._offsets[^1]]);

        public ReadOnlySpan<byte> this[int index] => _utf8[_offsets[index].._offsets[index + 1]];
    }
}
