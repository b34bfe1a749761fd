using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Internals;

/// <summary>What one thread owns of a router: a random stream, a range of sequence numbers and counters, on lines that no other thread writes.</summary>
/// <typeparam name="TState">The fixed part; the counters follow it in memory.</typeparam>
internal sealed class Lane<TState>
    where TState : unmanaged
{
    private readonly AlignedBuffer<ulong> _memory;
    private readonly int _counterStart;
    private readonly int _counters;
    private int _owned = 1;

    public Lane(long registryKey, in TState initial, int counters)
    {
        RegistryKey = registryKey;
        _counterStart = (Unsafe.SizeOf<TState>() + 7) / 8;
        _counters = counters;
        _memory = new AlignedBuffer<ulong>(_counterStart + counters);
        State = initial;
    }

    /// <summary>The registry that made the lane. A number, not a reference: a thread's table must not keep a router alive.</summary>
    public long RegistryKey { get; }

    /// <summary>Only the owning thread may touch it.</summary>
    public ref TState State
    {
        // SAFETY: the buffer starts with room for a TState and both types are free of references.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.As<ulong, TState>(ref _memory.First);
    }

    /// <summary>Adds one to a counter. Only the owning thread may call it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Count(int counter) => Count(counter, 1);

    /// <summary>Adds to a counter. Only the owning thread may call it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Count(int counter, int times)
    {
        if ((uint)counter >= (uint)_counters)
        {
            throw new ArgumentOutOfRangeException(nameof(counter));
        }

        // SAFETY: the index was checked, and the buffer holds that many counters after the state.
        Unsafe.Add(ref _memory.First, _counterStart + counter) += (uint)times;
    }

    /// <summary>Adds the lane's counters to the totals. Any thread may call it; a count being written is seen before or after.</summary>
    public void AddTo(Span<long> totals)
    {
        ReadOnlySpan<ulong> counters = _memory.Span[_counterStart..];
        for (int i = 0; i < totals.Length; i++)
        {
            totals[i] += (long)Volatile.Read(in counters[i]);
        }
    }

    public bool TryOwn() => Volatile.Read(ref _owned) == 0 && Interlocked.CompareExchange(ref _owned, 1, 0) == 0;

    /// <summary>Gives the lane back when its thread has ended; stream and counts go on under the next owner.</summary>
    public void Release() => Volatile.Write(ref _owned, 0);
}
