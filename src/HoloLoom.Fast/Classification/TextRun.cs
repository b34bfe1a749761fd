using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HoloLoom.Fast.Classification;

/// <summary>Texts end to end, with what is known of each character, a bit each. For a stack, and not to be cleared as a whole.</summary>
/// <remarks>
/// SAFETY: <c>Fill</c> takes at most <see cref="Automaton.MaxBatch"/> texts, and <c>TryAdd</c> keeps ends within <see cref="MaxText"/>. Maps of bits have a
/// word more than there are blocks: for a begin behind the last text, and for eight bytes read from the last block.
/// </remarks>
internal unsafe struct TextRun
{
    /// <summary>The length of all texts together; with its maps of bits, what a first-level cache holds.</summary>
    public const int MaxText = 8192;

    private const int Block = 64;
    private const int MaxBlocks = MaxText / Block;

    /// <summary>What <see cref="In"/> needs.</summary>
    public static int Size => sizeof(TextRun) + Block;

    /// <summary>The characters, with room for two blocks that are read beyond.</summary>
    public fixed byte Text[MaxText + 2 * Block];

    /// <summary>Where texts begin.</summary>
    public fixed ulong Begins[MaxBlocks + 1];

    /// <summary>Where no word goes on: characters of no word, and beginnings of texts.</summary>
    public fixed ulong WordEnds[MaxBlocks + 2];

    /// <summary>Bytes outside ASCII.</summary>
    public fixed ulong Others[MaxBlocks];

    /// <summary>How many texts begin before each block.</summary>
    public fixed byte TextsBefore[MaxBlocks];

    /// <summary>Where each text ends.</summary>
    public fixed ushort End[Automaton.MaxBatch];

    /// <summary>How many blocks of 64 characters there are.</summary>
    public nuint Blocks;

    /// <summary>Whether any byte is outside ASCII.</summary>
    public bool HasOthers;

    /// <summary>A run in memory of the stack, where a block is a line of the cache.</summary>
    /// <param name="memory"><see cref="Size"/> bytes.</param>
    public static TextRun* In(byte* memory) => (TextRun*)((nuint)(memory + Block - 1) & ~(nuint)(Block - 1));

    /// <summary>Takes as many texts as there is room for, up to the first that is empty. Returns how many.</summary>
    /// <param name="utf8">All texts.</param>
    /// <param name="offsets">Where the texts begin, and where the last ends.</param>
    public int Fill(ReadOnlySpan<byte> utf8, ReadOnlySpan<int> offsets)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offsets.Length, Automaton.MaxBatch + 1);
        var places = new Places(ref this);
        int texts = 0;
        for (int i = 1; i < offsets.Length && places.TryAdd(offsets[i] - offsets[0]); i++)
        {
            texts = i;
        }

        utf8[offsets[0]..offsets[texts]].CopyTo(MemoryMarshal.CreateSpan(ref Text[0], MaxText));
        Close(places.End());
        return texts;
    }

    /// <inheritdoc cref="Fill(ReadOnlySpan{byte}, ReadOnlySpan{int})"/>
    public int Fill(ReadOnlySpan<string> texts)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(texts.Length, Automaton.MaxBatch);
        var places = new Places(ref this);
        int taken = 0;
        foreach (string text in texts)
        {
            uint begin = places.Length;
            if (!places.TryAdd((int)begin + text.Length))
            {
                break;
            }

            WordTable.NarrowInto(text, ref Text[begin]);
            taken++;
        }

        Close(places.End());
        return taken;
    }

    private void Close(uint length)
    {
        Blocks = (length + Block - 1) / Block;
        MemoryMarshal.CreateSpan(ref Text[0], MaxText + 2 * Block)[(int)length..((int)Blocks * Block + Block)].Clear();
    }

    /// <summary>The text that a character is of.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint TextAt(uint at) => TextsBefore[at / Block] + (uint)BitOperations.PopCount(Begins[at / Block] << (int)~at) - 1;

    /// <summary>The next text that is not ASCII, or −1.</summary>
    /// <param name="at">From which character on.</param>
    public readonly int NextOther(int at)
    {
        for (int block = at / Block; HasOthers && block < (int)Blocks; block++)
        {
            ulong rest = block == at / Block ? Others[block] & ulong.MaxValue << at : Others[block];
            if (rest != 0)
            {
                return (int)TextAt((uint)(block * Block + BitOperations.TrailingZeroCount(rest)));
            }
        }

        return -1;
    }

    /// <summary>Writes down where texts begin and end. A local of its own, so that it is in registers.</summary>
    private ref struct Places(ref TextRun run)
    {
        private readonly ref TextRun _run = ref run;
        private uint _texts;
        private uint _block;
        private ulong _begins;

        public uint Length { get; private set; }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool TryAdd(int end)
        {
            uint begin = Length;
            if ((uint)end > MaxText || (uint)end == begin)
            {
                return false;
            }

            // The word of a block is kept as long as texts begin in it: reading again what was just written would be slow.
            MoveTo(begin / Block);
            _begins |= 1UL << (int)begin;
            _run.Begins[_block] = _begins;
            _run.End[_texts++] = (ushort)end;
            Length = (uint)end;
            return true;
        }

        /// <summary>The length of all texts.</summary>
        public uint End()
        {
            // Of no texts at all there is a block, too.
            _run.Begins[_block] = _begins;
            MoveTo((Length + Block - 1) / Block);
            return Length;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void MoveTo(uint block)
        {
            for (uint between = _block + 1; between < block; between++)
            {
                _run.Begins[between] = 0;
            }

            _begins &= 0 - (ulong)(block == _block ? 1 : 0);
            _block = block;
        }
    }
}
