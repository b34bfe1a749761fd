using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HoloLoom.Fast.Classification;

/// <summary>The loops of the automaton.</summary>
/// <remarks>
/// SAFETY: every table access is in bounds by construction. Cells hold beginnings of rows of this table; a class is below the row's length,
/// because classes are padded to a power of two; <c>Classes</c> has an entry for every UTF-16 unit; <c>Entered</c> and <c>AtEnd</c> have
/// <c>Words</c> entries for every row. Text is read through indices below its length only.
/// </remarks>
/// <typeparam name="T">The type of a cell: <see cref="ushort"/> where the table is small enough, else <see cref="uint"/>.</typeparam>
internal sealed class Automaton<T>(byte[] classOf, int shift, T[] table, ulong[] entered, ulong[] atEnd, int words)
    : Automaton(classOf, shift, entered, atEnd, words)
    where T : unmanaged
{
    private readonly T[] _table = table;

    public override ulong Find(ReadOnlySpan<char> text)
    {
        Tables tables = Get();
        uint state = 0;
        ulong found = 0;
        foreach (char unit in text)
        {
            state = tables.Step(state, unit);
            found |= tables.EnteredAt(state);
        }

        return found | tables.AtEndOf(state);
    }

    public override ulong Find(ReadOnlySpan<byte> utf8)
    {
        Tables tables = Get();
        uint state = 0;
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

        return found | tables.AtEndOf(state);
    }

    public override void FindMany(ReadOnlySpan<char> text, Span<ulong> found)
    {
        Tables tables = Get();
        uint state = 0;
        foreach (char unit in text)
        {
            state = tables.Step(state, unit);
            Add(Entered, state, found);
        }

        Add(AtEnd, state, found);
    }

    public override void FindMany(ReadOnlySpan<byte> utf8, Span<ulong> found)
    {
        Tables tables = Get();
        uint state = 0;
        for (int i = 0; i < utf8.Length;)
        {
            uint unit = utf8[i++];
            if (unit >= 0x80)
            {
                unit = Utf8.DecodeRest(utf8, unit, ref i);
            }

            state = tables.Step(state, unit);
            Add(Entered, state, found);
        }

        Add(AtEnd, state, found);
    }

    public override void FindAll(ReadOnlySpan<string> texts, Span<ulong> found)
    {
        var source = new StringSource(texts);
        SideBySide<char, StringSource>(ref source, found);
    }

    public override void FindAll(ReadOnlySpan<byte> utf8, ReadOnlySpan<int> offsets, Span<ulong> found)
    {
        var source = new Utf8Source(this, utf8, offsets);
        SideBySide<byte, Utf8Source>(ref source, found);
    }

    // Four texts at a time, as long as there are four: while one state's load is under way, the other three go on.
    private void SideBySide<TUnit, TSource>(ref TSource source, Span<ulong> found)
        where TUnit : unmanaged
        where TSource : ISource<TUnit>, allows ref struct
    {
        Tables tables = Get();
        Runner<TUnit> a = default, b = default, c = default, d = default;
        if (!source.TryNext(ref a, found) || !source.TryNext(ref b, found) || !source.TryNext(ref c, found) || !source.TryNext(ref d, found))
        {
            Finish(ref a, found);
            Finish(ref b, found);
            Finish(ref c, found);
            return;
        }

        bool more = true;
        while (more)
        {
            int steps = Math.Min(Math.Min(a.Left, b.Left), Math.Min(c.Left, d.Left));
            Advance(tables, ref a, ref b, ref c, ref d, steps);
            more = (a.Left > 0 || Refill(ref source, ref a, found))
                && (b.Left > 0 || Refill(ref source, ref b, found))
                && (c.Left > 0 || Refill(ref source, ref c, found))
                && (d.Left > 0 || Refill(ref source, ref d, found));
        }

        Finish(ref a, found);
        Finish(ref b, found);
        Finish(ref c, found);
        Finish(ref d, found);
    }

    private static void Advance<TUnit>(
        in Tables tables, ref Runner<TUnit> a, ref Runner<TUnit> b, ref Runner<TUnit> c, ref Runner<TUnit> d, int steps)
        where TUnit : unmanaged
    {
        uint stateA = a.State, stateB = b.State, stateC = c.State, stateD = d.State;
        ulong foundA = a.Found, foundB = b.Found, foundC = c.Found, foundD = d.Found;
        ref TUnit textA = ref a.Text, textB = ref b.Text, textC = ref c.Text, textD = ref d.Text;
        for (nint i = 0; i < steps; i++)
        {
            stateA = tables.Step(stateA, Unit(ref textA, i));
            stateB = tables.Step(stateB, Unit(ref textB, i));
            stateC = tables.Step(stateC, Unit(ref textC, i));
            stateD = tables.Step(stateD, Unit(ref textD, i));
            foundA |= tables.EnteredAt(stateA);
            foundB |= tables.EnteredAt(stateB);
            foundC |= tables.EnteredAt(stateC);
            foundD |= tables.EnteredAt(stateD);
        }

        a.Set(stateA, foundA, steps);
        b.Set(stateB, foundB, steps);
        c.Set(stateC, foundC, steps);
        d.Set(stateD, foundD, steps);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Unit<TUnit>(ref TUnit text, nint index)
        where TUnit : unmanaged =>
        typeof(TUnit) == typeof(byte)
            ? Unsafe.BitCast<TUnit, byte>(Unsafe.Add(ref text, index))
            : Unsafe.BitCast<TUnit, char>(Unsafe.Add(ref text, index));

    private bool Refill<TUnit, TSource>(ref TSource source, ref Runner<TUnit> runner, Span<ulong> found)
        where TUnit : unmanaged
        where TSource : ISource<TUnit>, allows ref struct
    {
        Finish(ref runner, found);
        return source.TryNext(ref runner, found);
    }

    // Runs what is left of a text alone.
    private void Finish<TUnit>(ref Runner<TUnit> runner, Span<ulong> found)
        where TUnit : unmanaged
    {
        if (!runner.IsRunning)
        {
            return;
        }

        Tables tables = Get();
        uint state = runner.State;
        ulong bits = runner.Found;
        for (nint i = 0; i < runner.Left; i++)
        {
            state = tables.Step(state, Unit(ref runner.Text, i));
            bits |= tables.EnteredAt(state);
        }

        found[runner.Index] = bits | tables.AtEndOf(state);
        runner = default;
    }

    private void Add(ulong[] bits, uint state, Span<ulong> found)
    {
        int at = (int)(state >> Shift) * Words;
        for (int i = 0; i < found.Length; i++)
        {
            found[i] |= bits[at + i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Tables Get() => new(
        ref MemoryMarshal.GetArrayDataReference(Classes),
        ref MemoryMarshal.GetArrayDataReference(_table),
        ref MemoryMarshal.GetArrayDataReference(Entered),
        ref MemoryMarshal.GetArrayDataReference(AtEnd),
        Shift);

    private readonly ref struct Tables(ref byte classes, ref T cells, ref ulong entered, ref ulong atEnd, int shift)
    {
        private readonly ref byte _classes = ref classes;
        private readonly ref T _cells = ref cells;
        private readonly ref ulong _entered = ref entered;
        private readonly ref ulong _atEnd = ref atEnd;
        private readonly int _shift = shift;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public uint Step(uint state, uint unit)
        {
            T cell = Unsafe.Add(ref _cells, (nuint)(state + Unsafe.Add(ref _classes, (nuint)unit)));
            return typeof(T) == typeof(ushort) ? Unsafe.BitCast<T, ushort>(cell) : Unsafe.BitCast<T, uint>(cell);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public ulong EnteredAt(uint state) => Unsafe.Add(ref _entered, (nuint)(state >> _shift));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public ulong AtEndOf(uint state) => Unsafe.Add(ref _atEnd, (nuint)(state >> _shift));
    }

    /// <summary>One text under way.</summary>
    private ref struct Runner<TUnit>
        where TUnit : unmanaged
    {
        public ref TUnit Text;
        public int Left;
        public int Index;
        public uint State;
        public ulong Found;
        public bool IsRunning;

        public void Begin(ReadOnlySpan<TUnit> text, int index)
        {
            Text = ref MemoryMarshal.GetReference(text);
            Left = text.Length;
            Index = index;
            State = 0;
            Found = 0;
            IsRunning = true;
        }

        public void Set(uint state, ulong found, int steps)
        {
            State = state;
            Found = found;
            Text = ref Unsafe.Add(ref Text, steps);
            Left -= steps;
        }
    }

    /// <summary>Where the texts of a batch come from.</summary>
    private interface ISource<TUnit>
        where TUnit : unmanaged
    {
        /// <summary>Begins the next text that can run unit by unit; false if there is none. Others are finished on the way.</summary>
        bool TryNext(ref Runner<TUnit> runner, Span<ulong> found);
    }

    private ref struct StringSource(ReadOnlySpan<string> texts) : ISource<char>
    {
        private readonly ReadOnlySpan<string> _texts = texts;
        private int _next;

        public bool TryNext(ref Runner<char> runner, Span<ulong> found)
        {
            if (_next == _texts.Length)
            {
                return false;
            }

            runner.Begin(_texts[_next], _next++);
            return true;
        }
    }

    private ref struct Utf8Source(Automaton<T> automaton, ReadOnlySpan<byte> utf8, ReadOnlySpan<int> offsets) : ISource<byte>
    {
        private readonly ReadOnlySpan<byte> _utf8 = utf8;
        private readonly ReadOnlySpan<int> _offsets = offsets;
        private int _next;

        public bool TryNext(ref Runner<byte> runner, Span<ulong> found)
        {
            while (_next < _offsets.Length - 1)
            {
                ReadOnlySpan<byte> text = _utf8[_offsets[_next].._offsets[_next + 1]];
                int index = _next++;
                if (System.Text.Ascii.IsValid(text))
                {
                    runner.Begin(text, index);
                    return true;
                }

                // Bytes are not units here, so it cannot run in lock step.
                found[index] = automaton.Find(text);
            }

            return false;
        }
    }
}
