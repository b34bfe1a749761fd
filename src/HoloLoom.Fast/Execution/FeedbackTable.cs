using System.Numerics;

namespace HoloLoom.Fast.Execution;

/// <summary>An outcome as it was recorded, to be told again when it is amended.</summary>
internal readonly record struct RecordedCall(DecisionId Id, double Relevance, double LatencyMs);

/// <summary>Remembers what the latest executions recorded, by decision id.</summary>
/// <remarks>
/// <para>
/// Slots are used in turn, so that what is written is together in memory and the collector has little to look through. Where an id's slot is,
/// an index says: a hash of the id chooses a set of places in it. Ids cannot choose a slot by themselves, as threads number theirs in blocks,
/// and calls take numbers as well as executions do. The index has two places for each slot in sets of 63, so that it takes 63 executions where
/// 32 are to be expected before one within the window is forgotten: by Poisson's law, one in a million.
/// </para>
/// <para>
/// A slot is locked for the few nanoseconds of a copy; two executions that meet in one are a window apart, and one of them is forgotten, as it
/// would be a moment later.
/// </para>
/// </remarks>
internal sealed class FeedbackTable
{
    /// <summary>No slot was made ready.</summary>
    public const int None = -1;

    // A set's count, and its places.
    private const int LengthOfASet = 64;

    private readonly Slot[] _slots;
    private readonly int[] _index;
    private readonly int _setBits;
    private int _next;

    /// <param name="window">Executions to remember, above 0; rounded up to a power of two.</param>
    public FeedbackTable(int window)
    {
        _slots = new Slot[(int)BitOperations.RoundUpToPowerOf2((uint)window)];
        _index = new int[Math.Max(2 * _slots.Length, LengthOfASet)];
        _setBits = BitOperations.Log2((uint)(_index.Length / LengthOfASet));
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
        foreach (int place in _index.AsSpan(SetOf(key) + 1, LengthOfASet - 1))
        {
            ref Slot slot = ref _slots[place];

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

    // The slot whose turn it is, for this id.
    private int Next(DecisionId key)
    {
        int place = Interlocked.Increment(ref _next) & (_slots.Length - 1);
        int set = SetOf(key);
        uint count = (uint)Interlocked.Increment(ref _index[set]);
        Volatile.Write(ref _index[set + 1 + (int)(count % (LengthOfASet - 1))], place);
        return place;
    }

    // Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4): consecutive numbers are spread evenly.
    private int SetOf(DecisionId key) => _setBits == 0 ? 0 : (int)(key.Payload * 0x9E37_79B9_7F4A_7C15 >> (64 - _setBits)) * LengthOfASet;

    private struct Slot
    {
        public DecisionId Key;
        public RecordedCall First;
        public RecordedCall[]? Others;
        public long Timestamp;
        public int Gate;
    }
}
