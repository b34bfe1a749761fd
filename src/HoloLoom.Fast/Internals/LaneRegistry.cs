using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Internals;

/// <summary>Finds the calling thread's lane in about a nanosecond, and gives the lanes of ended threads to new ones.</summary>
/// <remarks>
/// Each registry has a slot number; each thread has a table of lanes indexed by slot. A slot is used again after its registry is gone, so
/// a lane is recognised by its registry's key. The thread's table is freed with the thread, and its finalizer releases the lanes.
/// </remarks>
internal sealed class LaneRegistry<TState> : IDisposable
    where TState : unmanaged
{
    [ThreadStatic]
    private static ThreadTable? t_table;

    private readonly Func<int, TState> _create;
    private readonly int _counters;
    private readonly int _slot;
    private readonly Lock _gate = new();
    private long _key;
    private Lane<TState>[] _lanes = [];

    /// <param name="counters">Counters per lane.</param>
    /// <param name="create">Makes the state of the lane with the given number; lanes are numbered 0, 1, 2 … in order of creation.</param>
    public LaneRegistry(int counters, Func<int, TState> create)
    {
        _create = create;
        _counters = counters;
        (_slot, _key) = RegistrySlots.Rent();
    }

    ~LaneRegistry() => Dispose();

    /// <summary>The lane of the calling thread.</summary>
    /// <exception cref="ObjectDisposedException">The registry is disposed.</exception>
    public Lane<TState> Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            Lane<TState>?[]? lanes = t_table?.Lanes;
            if (lanes is not null && (uint)_slot < (uint)lanes.Length && lanes[_slot] is { } lane && lane.RegistryKey == _key)
            {
                return lane;
            }

            return Attach();
        }
    }

    /// <summary>Sums every lane's counters into the totals.</summary>
    public void AddTo(Span<long> totals)
    {
        foreach (Lane<TState> lane in Volatile.Read(ref _lanes))
        {
            lane.AddTo(totals);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_key != RegistrySlots.NoKey)
            {
                _key = RegistrySlots.NoKey;
                RegistrySlots.Return(_slot);
            }
        }

        GC.SuppressFinalize(this);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Lane<TState> Attach()
    {
        Lane<TState> lane;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_key == RegistrySlots.NoKey, typeof(LaneRegistry<TState>));
            lane = Array.Find(_lanes, static candidate => candidate.TryOwn()) ?? Create();
        }

        (t_table ??= new ThreadTable()).Set(_slot, lane);
        return lane;
    }

    private Lane<TState> Create()
    {
        var lane = new Lane<TState>(_key, _create(_lanes.Length), _counters);
        Volatile.Write(ref _lanes, [.. _lanes, lane]);
        return lane;
    }

    /// <summary>The lanes of one thread.</summary>
    private sealed class ThreadTable
    {
        public Lane<TState>?[] Lanes { get; private set; } = [];

        ~ThreadTable()
        {
            foreach (Lane<TState>? lane in Lanes)
            {
                lane?.Release();
            }
        }

        public void Set(int slot, Lane<TState> lane)
        {
            if (slot >= Lanes.Length)
            {
                Lane<TState>?[] grown = new Lane<TState>?[Math.Max(slot + 1, 2 * Lanes.Length)];
                Lanes.CopyTo(grown.AsSpan());
                Lanes = grown;
            }

            Lanes[slot] = lane;
        }
    }
}

/// <summary>Slot numbers and keys of registries: slots are used again, keys never.</summary>
internal static class RegistrySlots
{
    public const long NoKey = 0;

    private static readonly Lock s_gate = new();
    private static readonly Stack<int> s_free = new();
    private static int s_slots;
    private static long s_lastKey;

    public static (int Slot, long Key) Rent()
    {
        lock (s_gate)
        {
            return (s_free.TryPop(out int slot) ? slot : s_slots++, ++s_lastKey);
        }
    }

    public static void Return(int slot)
    {
        lock (s_gate)
        {
            s_free.Push(slot);
        }
    }
}
