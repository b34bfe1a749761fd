using System.Numerics;

namespace HoloLoom.Fast.Execution;

/// <summary>An outcome as it was recorded, to be told again when it is amended.</summary>
internal readonly record struct RecordedCall(DecisionId Id, double Relevance, double LatencyMs);

/// <summary>Remembers what the latest executions recorded, by decision id.</summary>
/// <remarks>
/// <para>
/// A hash of the id chooses a set of slots, and within it the oldest gives way. Ids cannot choose a slot by themselves: threads number theirs in
/// blocks, and calls take numbers as well as executions do. There are twice as many slots as the window has executions, in sets of 64, so that
/// it takes 64 of them where 32 are to be expected before one within the window is forgotten: by Poisson's law, less than one in a million. A window
/// of 64 or less is one set, and exact.
/// </para>
/// <para>
/// To write takes no search: a set's counter says which slot is next. A slot is locked for the few nanoseconds of a copy; two executions that
/// meet in one are a window apart, and one of them is forgotten, as it would be a moment later.
/// </para>
/// </remarks>
internal sealed class FeedbackTable
{
    /// <summary>No slot was made ready.</summary>
    public const int None = -1;

    private const int SlotsOfASet = 64;

    private readonly Slot[] _slots;
    private readonly int _ways;
    private readonly int _setBits;

    /// <param name="window">Executions to remember, above 0; rounded up to a power of two.</param>
    public FeedbackTable(int window)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)window);
        _ways = Math.Min(size, SlotsOfASet);
        _setBits = size > SlotsOfASet ? BitOperations.Log2((uint)(2 * size / SlotsOfASet)) : 0;
        _slots = new Slot[_ways << _setBits];
    }

    /// <summary>
    /// Forgets whatever is where an execution that is about to wait will be remembered. The slot may be in memory that the system has yet to give,
    /// which takes tens of microseconds: better now than when the answer is there.
    /// </summary>
    /// <param name="key">The id of its decision.</param>
    /// <returns>What to tell <see cref="Add"/>.</returns>
    public int Prepare(DecisionId key)
    {
        int place = Next(key);
        TryWrite(ref _slots[place], default, default, null, 0);
        return place;
    }

    /// <summary>Remembers an execution.</summary>
    /// <param name="key">The id of its decision.</param>
    /// <param name="prepared">What <see cref="Prepare"/> returned, or <see cref="None"/>.</param>
    /// <param name="first">The first call that answered.</param>
    /// <param name="others">The others, or null.</param>
    /// <param name="timestamp">When it was recorded.</param>
    public void Add(DecisionId key, int prepared, in RecordedCall first, RecordedCall[]? others, long timestamp)
    {
        // After a wait in which the window has gone by, another may be there; and wherever somebody reads at this moment, the next place is free.
        int place = prepared != None && _slots[prepared].Key == default ? prepared : Next(key);
        while (!TryWrite(ref _slots[place], key, first, others, timestamp))
        {
            place = Next(key);
        }
    }

    /// <summary>Finds an execution; false if it is forgotten or was never here.</summary>
    public bool TryGet(DecisionId key, out RecordedCall first, out RecordedCall[]? others, out long timestamp)
    {
        (first, others, timestamp) = (default, null, 0);
        foreach (ref Slot slot in _slots.AsSpan(SetOf(key), _ways))
        {
            // May be torn, and is read again.
            if (slot.Key == key && key != default)
            {
                var spin = default(SpinWait);
                while (Interlocked.CompareExchange(ref slot.Gate, 1, 0) != 0)
                {
                    spin.SpinOnce();
                }

                bool found = slot.Key == key;
                (first, others, timestamp) = (slot.First, slot.Others, slot.Timestamp);
                Volatile.Write(ref slot.Gate, 0);
                if (found)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool TryWrite(ref Slot slot, DecisionId key, in RecordedCall first, RecordedCall[]? others, long timestamp)
    {
        if (Interlocked.CompareExchange(ref slot.Gate, 1, 0) != 0)
        {
            return false;
        }

        (slot.Key, slot.First, slot.Others, slot.Timestamp) = (key, first, others, timestamp);
        Volatile.Write(ref slot.Gate, 0);
        return true;
    }

    // The place whose turn it is in the id's set. The count is in the set's first slot.
    private int Next(DecisionId key)
    {
        int set = SetOf(key);
        return set + (Interlocked.Increment(ref _slots[set].Count) & (_ways - 1));
    }

    // Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4): consecutive numbers are spread evenly.
    private int SetOf(DecisionId key) => _setBits == 0 ? 0 : (int)(key.Payload * 0x9E37_79B9_7F4A_7C15 >> (64 - _setBits)) * _ways;

    private struct Slot
    {
        public DecisionId Key;
        public RecordedCall First;
        public RecordedCall[]? Others;
        public long Timestamp;
        public int Gate;
        public int Count;
    }
}
