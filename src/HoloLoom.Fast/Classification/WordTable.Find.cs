using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace HoloLoom.Fast.Classification;

/// <summary>The loops of the table: 64 characters at a time, a bit each.</summary>
/// <remarks>
/// SAFETY: the text is pinned while it is read. A block is read as a whole, with the eight bytes that a key may reach beyond it, if all of
/// that is in the text or on the page of the block's first byte, which is mapped because that byte is; else the rest of the text is copied
/// first. Bits of characters behind the end are cleared before they count, and a key is cut to the length of its word.
/// </remarks>
internal sealed partial class WordTable
{
    private const int Block = 64;

    // A block and the key of a word that begins at its last character.
    private const int Reach = Block + KeyLength;
    private const int PageSize = 4096;

    // Upper and lower case of a letter differ in this bit; among word characters it joins nothing else.
    private const byte CaseBit = 0x20;

    /// <summary>Whether this machine has vectors that make it worth while.</summary>
    public static bool IsSupported => Vector256.IsHardwareAccelerated && Bmi2.X64.IsSupported;

    /// <summary>Finds the patterns of a text, a bit each; false if the text is not ASCII.</summary>
    [SkipLocalsInit]
    public unsafe bool TryFind(ReadOnlySpan<byte> text, out ulong found)
    {
        byte* copy = stackalloc byte[Reach];
        fixed (byte* start = text)
        {
            ulong sum = 0;
            bool inWord = false;
            for (int at = 0; at < text.Length;)
            {
                byte* block = start + at;
                int left = text.Length - at;
                if (left < Reach && !StaysOnPage(block, Reach))
                {
                    Buffer.MemoryCopy(block, copy, Reach, left);
                    block = copy;
                }

                Vector256<byte> low = Vector256.Load(block), high = Vector256.Load(block + Vector256<byte>.Count);
                if (!TryStep<byte>(text, low, high, block, ref at, ref inWord, ref sum))
                {
                    found = 0;
                    return false;
                }
            }

            found = sum;
            return true;
        }
    }

    /// <inheritdoc cref="TryFind(ReadOnlySpan{byte}, out ulong)"/>
    [SkipLocalsInit]
    public unsafe bool TryFind(ReadOnlySpan<char> text, out ulong found)
    {
        byte* bytes = stackalloc byte[Reach];
        char* copy = stackalloc char[Block];
        fixed (char* start = text)
        {
            ulong sum = 0;
            bool inWord = false;
            for (int at = 0; at < text.Length;)
            {
                char* block = start + at;
                int left = text.Length - at;
                if (left < Block && !StaysOnPage(block, Block * sizeof(char)))
                {
                    Buffer.MemoryCopy(block, copy, Block * sizeof(char), left * sizeof(char));
                    block = copy;
                }

                Vector256<byte> low = Narrow(block), high = Narrow(block + Vector256<byte>.Count);
                low.Store(bytes);
                high.Store(bytes + Vector256<byte>.Count);
                if (!TryStep<char>(text, low, high, bytes, ref at, ref inWord, ref sum))
                {
                    found = 0;
                    return false;
                }
            }

            found = sum;
            return true;
        }
    }

    /// <summary>Writes a byte for each unit, in whole vectors: up to 31 bytes more than there are units. What is not ASCII becomes 0x80.</summary>
    public static unsafe void NarrowInto(string text, ref byte destination)
    {
        fixed (char* source = text)
        fixed (byte* bytes = &destination)
        {
            int at = 0;
            for (; at + Vector256<byte>.Count <= text.Length || (at < text.Length && StaysOnPage(source + at, 2 * Vector256<byte>.Count)); at += Vector256<byte>.Count)
            {
                Narrow(source + at).Store(bytes + at);
            }

            for (; at < text.Length; at++)
            {
                bytes[at] = (byte)Math.Min(source[at], '\x80');
            }
        }
    }

    // One block. A word that a block cuts off is left to the next block, unless the block is nothing else.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe bool TryStep<TUnit>(
        ReadOnlySpan<TUnit> text, Vector256<byte> low, Vector256<byte> high, byte* block, ref int at, ref bool inWord, ref ulong found)
        where TUnit : unmanaged
    {
        int left = text.Length - at;
        ulong inText = left >= Block ? ulong.MaxValue : (1UL << left) - 1;
        if ((Bits(low, high) & inText) != 0)
        {
            return false;
        }

        ulong isWord = Bits(WordBytes(low), WordBytes(high)) & inText;
        int step = Block;
        ulong words = isWord;
        if (left > Block || inWord)
        {
            words = Cut(isWord, left, ref inWord, out step);
        }

        var slots = (Slot*)_slots.Address;
        (ulong multiplier, int shift) = (_multiplier, _shift);
        for (ulong starts = words & ~(words << 1); starts != 0; starts &= starts - 1)
        {
            int start = BitOperations.TrailingZeroCount(starts);
            int length = BitOperations.TrailingZeroCount(~(words >> start));
            ulong key = Bmi2.X64.ZeroHighBits(*(ulong*)(block + start) | 0x2020202020202020, (ulong)(length * 8));
            Slot* slot = slots + ((key + (uint)length) * multiplier >> shift);

            // All ones if the word is the slot's: only of zero is the highest bit set here. No branch, as no word is like the one before.
            ulong differs = (slot->Key ^ key) | (slot->Length ^ (uint)length);
            ulong here = slot->Found & (ulong)((long)(~differs & (differs - 1)) >> 63);
            found |= here;
            if ((here & MoreToCompare) != 0)
            {
                found = (found & ~MoreToCompare) | Compare(_phrases.AsSpan((int)slot->Phrases), text[(at + start)..]);
            }
        }

        at += step;
        return true;
    }

    // Of a block with more to come, or that begins within a word: the words that are whole, and how far to go on.
    private static ulong Cut(ulong isWord, int left, ref bool inWord, out int step)
    {
        step = Block;
        if (isWord == ulong.MaxValue)
        {
            // Longer than any that is looked for.
            inWord = left > Block;
            return 0;
        }

        if (inWord)
        {
            // Clears the lowest ones.
            isWord &= isWord + 1;
            inWord = false;
        }

        if (left > Block)
        {
            int cutOff = BitOperations.LeadingZeroCount(~isWord);
            step -= cutOff;
            isWord = cutOff == 0 ? isWord : isWord & ulong.MaxValue >> cutOff;
        }

        return isWord;
    }

    private static ulong Compare<TUnit>(ReadOnlySpan<Phrase> phrases, ReadOnlySpan<TUnit> text)
        where TUnit : unmanaged
    {
        ulong found = 0;
        foreach (Phrase phrase in phrases)
        {
            found |= Compare(phrase, text);
            if (phrase.IsLast)
            {
                break;
            }
        }

        return found;
    }

    private static ulong Compare<TUnit>(Phrase phrase, ReadOnlySpan<TUnit> text)
        where TUnit : unmanaged
    {
        byte[] expected = phrase.Text;
        if (text.Length < expected.Length)
        {
            return 0;
        }

        int i = 0;
        while (i < expected.Length && ToLower(text[i]) == expected[i])
        {
            i++;
        }

        bool ends = !IsWord(expected[^1]) || text.Length == expected.Length || !IsWord(ToLower(text[expected.Length]));
        return i == expected.Length && ends ? phrase.Found : 0;
    }

    private static uint ToLower<TUnit>(TUnit unit)
        where TUnit : unmanaged
    {
        uint value = typeof(TUnit) == typeof(byte) ? Unsafe.BitCast<TUnit, byte>(unit) : Unsafe.BitCast<TUnit, char>(unit);
        return value - 'A' <= 'Z' - 'A' ? value | CaseBit : value;
    }

    // Of a character in lower case.
    private static bool IsWord(uint lower) => lower - 'a' <= 'z' - 'a' || lower - '0' <= 9 || lower == '_';

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> WordBytes(Vector256<byte> text) =>
        Vector256.LessThanOrEqual((text | Vector256.Create(CaseBit)) - Vector256.Create((byte)'a'), Vector256.Create((byte)('z' - 'a')))
        | Vector256.LessThanOrEqual(text - Vector256.Create((byte)'0'), Vector256.Create((byte)9))
        | Vector256.Equals(text, Vector256.Create((byte)'_'));

    // What is not ASCII becomes 0x80.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector256<byte> Narrow<TUnit>(TUnit* text)
        where TUnit : unmanaged
    {
        if (typeof(TUnit) == typeof(byte))
        {
            return Vector256.Load((byte*)text);
        }

        Vector256<ushort> limit = Vector256.Create((ushort)0x80);
        return Vector256.Narrow(
            Vector256.Min(Vector256.Load((ushort*)text), limit), Vector256.Min(Vector256.Load((ushort*)text + Vector256<ushort>.Count), limit));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Bits(Vector256<byte> low, Vector256<byte> high) =>
        low.ExtractMostSignificantBits() | (ulong)high.ExtractMostSignificantBits() << 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe bool StaysOnPage(void* address, int length) => ((nuint)address & (PageSize - 1)) <= (nuint)(PageSize - length);
}
