using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using HoloLoom.Fast.Experiments;

namespace HoloLoom.Fast.Native;

/// <summary>Gives routers the values that callers hold, and finds them again. A value is looked up and compared, never followed.</summary>
/// <remarks>
/// A value holds a mark (16 bits, which make it no address on any platform), a serial number (28) and the slot (20). The serial number of a
/// destroyed router comes again only after 2^28 others were created. Finding takes no lock; who found a router keeps it alive.
/// </remarks>
internal static class RouterTable
{
    private const int SlotBits = 20;
    private const int SerialBits = 28;
    private const ulong Mark = 0x484CUL << (SlotBits + SerialBits);

    private static readonly Lock s_gate = new();
    private static readonly Stack<int> s_free = new();
    private static Entry?[] s_entries = new Entry?[16];
    private static int s_used;
    private static ulong s_serial;

    /// <summary>The router behind a value, or null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Entry? Find(ulong value)
    {
        Entry?[] entries = Volatile.Read(ref s_entries);
        int slot = (int)(value & ((1 << SlotBits) - 1));
        return (uint)slot < (uint)entries.Length && Volatile.Read(ref entries[slot]) is { } entry && entry.Value == value ? entry : null;
    }

    /// <summary>Takes in a router.</summary>
    /// <exception cref="InvalidOperationException">There are 2^20 already.</exception>
    public static ulong Add(Router router)
    {
        lock (s_gate)
        {
            if (!s_free.TryPop(out int slot))
            {
                slot = s_used;
                if (slot >> SlotBits != 0)
                {
                    throw new InvalidOperationException($"There are {s_used} routers already. Destroy some first.");
                }

                if (slot == s_entries.Length)
                {
                    var grown = new Entry?[2 * slot];
                    s_entries.CopyTo(grown, 0);
                    Volatile.Write(ref s_entries, grown);
                }

                s_used++;
            }

            ulong serial = s_serial++ & ((1UL << SerialBits) - 1);
            ulong value = Mark | serial << SlotBits | (uint)slot;
            Volatile.Write(ref s_entries[slot], new Entry(value, router));
            return value;
        }
    }

    /// <summary>Puts a router in the place of another; false if that is gone by now.</summary>
    public static bool Replace(Entry old, Router router)
    {
        lock (s_gate)
        {
            if (Find(old.Value) is null)
            {
                return false;
            }

            Find(old.Value)!.Supervision?.Dispose();
            Volatile.Write(ref s_entries[Slot(old.Value)], new Entry(old.Value, router));
            return true;
        }
    }

    /// <summary>Takes out a router; false if there is none behind the value.</summary>
    public static bool Remove(ulong value, [NotNullWhen(true)] out Router? router)
    {
        lock (s_gate)
        {
            Entry? entry = Find(value);
            router = entry?.Router;
            if (router is null)
            {
                return false;
            }

            entry!.Supervision?.Dispose();
            Volatile.Write(ref s_entries[Slot(value)], null);
            s_free.Push(Slot(value));
            return true;
        }
    }

    private static int Slot(ulong value) => (int)(value & ((1 << SlotBits) - 1));

    /// <summary>A router with its value and the set of all its backends.</summary>
    internal sealed class Entry(ulong value, Router router)
    {
        public readonly ulong Value = value;
        public readonly ulong Backends = ulong.MaxValue >> (BackendSet.MaxBackends - router.Backends.Count);
        public readonly Router Router = router;

        /// <summary>Moves an experiment's traffic as its configuration says; null without an experiment.</summary>
        public readonly IDisposable? Supervision =
            router.Variants.Count > 0 ? ExperimentSupervisor.Watch(router, TimeSpan.FromSeconds(10)) : null;
    }
}
