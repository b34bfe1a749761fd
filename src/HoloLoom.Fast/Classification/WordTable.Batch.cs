using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace HoloLoom.Fast.Classification;

/// <summary>
/// Many texts as one: they are laid end to end, and what is done for every character, then for every word, then for every word found, is
/// a loop over all of them. Alone, each text ends such loops after numbers of rounds that a processor cannot guess, and waits each time.
/// </summary>
/// <remarks>
/// SAFETY: <see cref="TextRun"/> holds the texts and has zeros behind them as far as anything reads: a block from its beginning, the filter
/// three characters, a key seven and a phrase fifteen beyond. Positions are those of characters of the texts. There are at most as many as
/// words: no two side by side, but for where a text begins; and four or fewer more are written than there are.
/// </remarks>
internal sealed partial class WordTable
{
    /// <summary>The most texts that <c>FindAll</c> takes at once.</summary>
    public const int MaxBatch = Automaton.MaxBatch;

    private const int MaxPositions = TextRun.MaxText / 2 + MaxBatch;

    // Positions written without a question, as many as most blocks have at the most.
    private const int Flattened = 4;

    // Longer words are told apart by nothing, and looked for by nobody.
    private const ulong EndOfReach = 1UL << 56;

    /// <summary>Finds the patterns of many UTF-8 texts.</summary>
    /// <param name="utf8">All texts.</param>
    /// <param name="offsets">One more than there are texts (at most <see cref="MaxBatch"/>), never decreasing, within <paramref name="utf8"/>.</param>
    /// <param name="found">Receives the bits of each.</param>
    /// <param name="others">Finds those of texts that are not ASCII.</param>
    [SkipLocalsInit]
    public unsafe void FindAll(ReadOnlySpan<byte> utf8, ReadOnlySpan<int> offsets, Span<ulong> found, Automaton others)
    {
        byte* memory = stackalloc byte[TextRun.Size];
        TextRun* run = TextRun.In(memory);
        int count = offsets.Length - 1;
        for (int first = 0; first < count;)
        {
            int last = first + run->Fill(utf8, offsets[first..]);
            if (last == first)
            {
                // Empty, or too long for a run.
                ReadOnlySpan<byte> text = utf8[offsets[first]..offsets[first + 1]];
                found[first++] = TryFind(text, out ulong alone) ? alone : others.Find(text);
                continue;
            }

            Find(run, found[first..last]);
            for (int text = run->NextOther(0); text >= 0; text = run->NextOther(run->End[text]))
            {
                found[first + text] = others.Find(utf8[offsets[first + text]..offsets[first + text + 1]]);
            }

            first = last;
        }
    }

    /// <summary>Finds the patterns of many texts.</summary>
    /// <param name="texts">At most <see cref="MaxBatch"/> texts, none null.</param>
    /// <param name="found">Receives the bits of each.</param>
    /// <param name="others">Finds those of texts that are not ASCII.</param>
    [SkipLocalsInit]
    public unsafe void FindAll(ReadOnlySpan<string> texts, Span<ulong> found, Automaton others)
    {
        byte* memory = stackalloc byte[TextRun.Size];
        TextRun* run = TextRun.In(memory);
        for (int first = 0; first < texts.Length;)
        {
            int last = first + run->Fill(texts[first..]);
            if (last == first)
            {
                found[first] = TryFind(texts[first], out ulong alone) ? alone : others.Find(texts[first]);
                first++;
                continue;
            }

            Find(run, found[first..last]);
            for (int text = run->NextOther(0); text >= 0; text = run->NextOther(run->End[text]))
            {
                found[first + text] = others.Find(texts[first + text]);
            }

            first = last;
        }
    }

    [SkipLocalsInit]
    private unsafe void Find(TextRun* run, Span<ulong> found)
    {
        found.Clear();
        ushort* positions = stackalloc ushort[MaxPositions + Flattened];
        uint* slots = stackalloc uint[MaxPositions];
        fixed (ulong* results = found)
        {
            nuint count = FindCandidates(run, positions);
            count = LookUp(run, positions, count, slots);
            Collect(run, positions, slots, count, results);
        }
    }

    // First pass: where a word begins that may be one of the table's. Returns how many there are.
    private unsafe nuint FindCandidates(TextRun* run, ushort* positions)
    {
        ushort* end = positions;
        ulong before = 1, others = 0;
        uint texts = 0;
        nuint blocks = run->Blocks;
        for (nuint block = 0; block < blocks; block++)
        {
            _filter.Read(run->Text + block * Block, out ulong isWord, out ulong isOther, out ulong candidates, out ulong ones, out ulong twos);
            ulong begins = run->Begins[block];
            run->TextsBefore[block] = (byte)texts;
            texts += (uint)BitOperations.PopCount(begins);
            run->Others[block] = isOther;
            others |= isOther;
            ulong ends = ~isWord | begins;
            run->WordEnds[block] = ends;

            // What follows the last characters of the block is not known yet.
            candidates |= (ones & (ends >> 1 | 1UL << 63)) | (twos & (ends >> 2 | 3UL << 62));
            candidates &= isWord & ((~isWord << 1) | before | begins);
            before = ~isWord >> 63;

            uint at = (uint)block * Block;
            int count = BitOperations.PopCount(candidates);
            Flatten4(end, at, ref candidates);
            for (int i = Flattened; i < count; i += Flattened)
            {
                Flatten4(end + i, at, ref candidates);
            }

            end += count;
        }

        run->WordEnds[blocks] = ulong.MaxValue;
        run->HasOthers = others != 0;
        return (nuint)(end - positions);
    }

    // Writes the places of the four lowest bits, or nonsense where there are fewer, for the next to write over.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Flatten4(ushort* end, uint at, ref ulong bits)
    {
        ulong rest = bits;
        end[0] = (ushort)(at + (uint)BitOperations.TrailingZeroCount(rest));
        rest &= rest - 1;
        end[1] = (ushort)(at + (uint)BitOperations.TrailingZeroCount(rest));
        rest &= rest - 1;
        end[2] = (ushort)(at + (uint)BitOperations.TrailingZeroCount(rest));
        rest &= rest - 1;
        end[3] = (ushort)(at + (uint)BitOperations.TrailingZeroCount(rest));
        bits = rest & (rest - 1);
    }

    // Second pass: which of them are words of the table. Returns how many; their positions and slots are left at the beginning.
    private unsafe nuint LookUp(TextRun* run, ushort* positions, nuint count, uint* slotOf)
    {
        var slots = (Slot*)_slots.Address;
        (ulong multiplier, int shift) = (_multiplier, _shift);
        byte* ends = (byte*)run->WordEnds;
        byte* text = run->Text;
        nuint hits = 0;
        for (nuint i = 0; i < count; i++)
        {
            nuint at = positions[i];
            nuint next = at + 1;
            ulong rest = *(ulong*)(ends + (next >> 3)) >> (int)(next & 7);
            ulong length = (ulong)BitOperations.TrailingZeroCount(rest | EndOfReach) + 1;
            ulong key = Bmi2.X64.ZeroHighBits(*(ulong*)(text + at) | 0x2020202020202020, length * 8);
            nuint slot = (nuint)((key + length) * multiplier >> shift);
            positions[hits] = (ushort)at;
            slotOf[hits] = (uint)slot;
            hits += ((slots[slot].Key ^ key) | (slots[slot].Length ^ length)) == 0 ? 1u : 0u;
        }

        return hits;
    }

    // Third pass: whose they are. Those with more to compare are few, and come last, because one cannot guess which. What was found in a
    // text so far stays in a register: whether memory was just written cannot be guessed either.
    private unsafe void Collect(TextRun* run, ushort* positions, uint* slotOf, nuint count, ulong* found)
    {
        var slots = (Slot*)_slots.Address;
        nuint more = 0;
        ulong sum = 0;
        uint text = 0;
        for (nuint i = 0; i < count; i++)
        {
            ulong here = slots[slotOf[i]].Found;
            uint previous = text;
            text = run->TextAt(positions[i]);
            sum = (sum & AllIf(text == previous)) | (here & ~MoreToCompare);
            found[text] = sum;
            positions[more] = positions[i];
            slotOf[more] = slotOf[i];
            more += (nuint)(here >> MaxPatterns);
        }

        for (nuint i = 0; i < more; i++)
        {
            uint at = positions[i];
            text = run->TextAt(at);
            found[text] |= Compare((nuint)slots[slotOf[i]].Phrases, run, at, run->End[text]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe ulong Compare(nuint phrase, TextRun* run, uint at, uint end)
    {
        Comparison* comparison = (Comparison*)_comparisons.Address + phrase;
        ulong first = *(ulong*)(run->Text + at), second = *(ulong*)(run->Text + at + KeyLength), found = 0;
        while (true)
        {
            uint length = comparison->Length;
            if (length > 2 * KeyLength)
            {
                found |= CompareLong((int)(comparison - (Comparison*)_comparisons.Address), run, at, end);
            }
            else
            {
                uint behind = at + length;
                ulong ends = run->WordEnds[behind / Block] >> (int)behind | comparison->MayGoOn;
                found |= comparison->Found & AllIf(comparison->Differs(first, second) == 0 & behind <= end) & (0 - (ends & 1));
            }

            if (comparison->IsLast)
            {
                return found;
            }

            comparison++;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private unsafe ulong CompareLong(int phrase, TextRun* run, uint at, uint end) =>
        Compare(_phrases[phrase], new ReadOnlySpan<byte>(run->Text + at, (int)(end - at)));

    // Not a condition: the compiler would make a branch of it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AllIf(bool condition) => 0 - (ulong)(condition ? 1 : 0);
}
