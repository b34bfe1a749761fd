using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using HoloLoom.Fast.Internals;

namespace HoloLoom.Fast.Classification;

/// <summary>The loops of the automaton.</summary>
/// <remarks>
/// A row of the table is a state: first, in eight bytes, the patterns that entering the state completes, then a cell per class, which holds
/// where the next state's row begins. Both the cells and the classes are kept as offsets in bytes: a step is one load that depends on the
/// one before, with nothing to add or scale in between, and what it found is on the line that the next step reads anyway.
/// <para>
/// SAFETY: every access is in bounds by construction. <c>_columns</c> has an offset into a row for every UTF-16 unit, below the row's length,
/// which is a power of two with room for all classes and the eight bytes; cells hold beginnings of rows of <c>_rows</c>; <c>_atEnd</c> has
/// <c>Words</c> entries for every row. Text is read through indices below its length only.
/// </para>
/// </remarks>
/// <typeparam name="T">The type of a cell: <see cref="ushort"/> where the table is small enough, else <see cref="uint"/>.</typeparam>
internal sealed partial class Automaton<T> : Automaton
    where T : unmanaged, INumberBase<T>
{
    private const int AsciiCount = 128;

    private readonly ushort[] _columns;
    private readonly AlignedBuffer<byte> _rows;

    // For each ASCII character the address of its class's cell in the first row; pinned, as the rows are.
    private readonly AlignedBuffer<nuint> _asciiColumns = new(AsciiCount);
    private readonly int _rowShift;
    private readonly ulong[] _entered;
    private readonly ulong[] _atEnd;

    public Automaton(byte[] classOf, int classes, ReadOnlySpan<int> next, ulong[] entered, ulong[] atEnd, int words)
        : base(words)
    {
        (_rowShift, _entered, _atEnd) = (RowShift(classes), entered, atEnd);
        int states = next.Length / classes;
        _rows = new AlignedBuffer<byte>(states << _rowShift);
        _columns = Array.ConvertAll(classOf, static unitClass => (ushort)(sizeof(ulong) + unitClass * Unsafe.SizeOf<T>()));
        for (int state = 0; state < states; state++)
        {
            Span<byte> row = _rows.Span.Slice(state << _rowShift, 1 << _rowShift);
            Span<T> cells = MemoryMarshal.Cast<byte, T>(row[sizeof(ulong)..]);
            for (int unitClass = 0; unitClass < classes; unitClass++)
            {
                cells[unitClass] = T.CreateChecked(next[state * classes + unitClass] << _rowShift);
            }

            if (words == 1)
            {
                MemoryMarshal.Write(row, entered[state]);
            }
        }

        for (int unit = 0; unit < AsciiCount; unit++)
        {
            _asciiColumns.Span[unit] = _rows.Address + _columns[unit];
        }
    }

    /// <summary>Whether cells of this type can hold the beginnings of all rows.</summary>
    public static bool Fits(int states, int classes) =>
        (long)(states - 1) << RowShift(classes) <= (typeof(T) == typeof(ushort) ? ushort.MaxValue : int.MaxValue);

    public override ulong Find(ReadOnlySpan<char> text) => Walk(text);

    public override ulong Find(ReadOnlySpan<byte> utf8) => System.Text.Ascii.IsValid(utf8) ? Walk(utf8) : WalkUtf8(utf8);

    public override void FindMany(ReadOnlySpan<char> text, Span<ulong> found)
    {
        Tables tables = Get();
        nuint state = 0;
        foreach (char unit in text)
        {
            state = tables.Step(state, unit);
            Add(_entered, state, found);
        }

        Add(_atEnd, state, found);
    }

    public override void FindMany(ReadOnlySpan<byte> utf8, Span<ulong> found)
    {
        Tables tables = Get();
        nuint state = 0;
        for (int i = 0; i < utf8.Length;)
        {
            uint unit = utf8[i++];
            if (unit >= 0x80)
            {
                unit = Utf8.DecodeRest(utf8, unit, ref i);
            }

            state = tables.Step(state, unit);
            Add(_entered, state, found);
        }

        Add(_atEnd, state, found);
    }

    // Text of which every element is a UTF-16 unit: UTF-16, or ASCII.
    private ulong Walk<TUnit>(ReadOnlySpan<TUnit> text)
        where TUnit : unmanaged
    {
        Tables tables = Get();
        nuint state = 0;
        ulong found = 0;
        ref TUnit units = ref MemoryMarshal.GetReference(text);
        for (nint i = 0; i < text.Length; i++)
        {
            state = tables.Step(state, Unit(ref units, i));
            found |= tables.EnteredAt(state);
        }

        return found | _atEnd[state >> _rowShift];
    }

    private ulong WalkUtf8(ReadOnlySpan<byte> utf8)
    {
        Tables tables = Get();
        nuint state = 0;
        ulong found = 0;
        for (int i = 0; i < utf8.Length;)
        {
            uint unit = utf8[i++];
            if (unit >= 0x80)
            {
                unit = Utf8.DecodeRest(utf8, unit, ref i);
            }

            state = tables.Step(state, unit);
            found |= tables.EnteredAt(state);
        }

        return found | _atEnd[state >> _rowShift];
    }

    private void Add(ulong[] bits, nuint state, Span<ulong> found)
    {
        int at = (int)(state >> _rowShift) * Words;
        for (int i = 0; i < found.Length; i++)
        {
            found[i] |= bits[at + i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint Unit<TUnit>(ref TUnit text, nint index)
        where TUnit : unmanaged =>
        typeof(TUnit) == typeof(byte)
            ? Unsafe.BitCast<TUnit, byte>(Unsafe.Add(ref text, index))
            : Unsafe.BitCast<TUnit, char>(Unsafe.Add(ref text, index));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Tables Get() => new(ref MemoryMarshal.GetArrayDataReference(_columns), ref _rows.First);

    // The power of two of a row's length in bytes, with room for all classes and eight bytes.
    private static int RowShift(int classes) => BitOperations.Log2((uint)(classes * Unsafe.SizeOf<T>() + sizeof(ulong)) - 1) + 1;

    private readonly ref struct Tables(ref ushort columns, ref byte rows)
    {
        private readonly ref ushort _columns = ref columns;
        private readonly ref byte _rows = ref rows;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public nuint Step(nuint state, nuint unit)
        {
            ref byte column = ref Unsafe.AddByteOffset(ref _rows, (nuint)Unsafe.Add(ref _columns, unit));
            ref byte cell = ref Unsafe.AddByteOffset(ref column, state);
            return typeof(T) == typeof(ushort) ? Unsafe.As<byte, ushort>(ref cell) : Unsafe.As<byte, uint>(ref cell);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public ulong EnteredAt(nuint state) => Unsafe.As<byte, ulong>(ref Unsafe.AddByteOffset(ref _rows, state));
    }
}
