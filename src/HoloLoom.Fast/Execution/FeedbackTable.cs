namespace HoloLoom.Fast.Execution;

/// <summary>An outcome as it was recorded, to be told again when it is amended.</summary>
internal readonly record struct RecordedCall(DecisionId Id, double Relevance, double LatencyMs);

/// <summary>Remembers what the latest executions recorded, by decision id: a slot for each, chosen by the id's sequence number.</summary>
/// <remarks>
/// Sequence numbers are consecutive, so ids far fewer than the slots apart never share one. A slot is locked for the few nanoseconds of a
/// copy; two executions that meet in one are a window apart, and one of them is forgotten, as it would be a moment later.
/// </remarks>
internal sealed class FeedbackTable
{
    private readonly Slot[] _slots;

    /// <param name="window">Slots, above 0.</param>
    public FeedbackTable(int window) => _slots = new Slot[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)window)];

    /// <summary>
    /// Forgets whatever is where an execution that is about to wait will be remembered. The slot may be in memory that the system has yet to give,
    /// which takes tens of microseconds: better now than when the answer is there.
    /// </summary>
    /// <param name="key">The id of its decision.</param>
    public void Prepare(DecisionId key) => Write(ref SlotOf(key), default, default, null, 0);

    /// <summary>Remembers an execution.</summary>
    /// <param name="key">The id of its decision.</param>
    /// <param name="first">The first call that answered.</param>
    /// <param name="others">The others, or null.</param>
    /// <param name="timestamp">When it was recorded.</param>
    public void Add(DecisionId key, in RecordedCall first, RecordedCall[]? others, long timestamp) =>
        Write(ref SlotOf(key), key, first, others, timestamp);

    /// <summary>Finds an execution; false if it is forgotten or was never here.</summary>
    public bool TryGet(DecisionId key, out RecordedCall first, out RecordedCall[]? others, out long timestamp)
    {
        ref Slot slot = ref SlotOf(key);
        var spin = default(SpinWait);
        while (Interlocked.CompareExchange(ref slot.Gate, 1, 0) != 0)
        {
            spin.SpinOnce();
        }

        bool found = slot.Key == key && key != default;
        (first, others, timestamp) = (slot.First, slot.Others, slot.Timestamp);
        Volatile.Write(ref slot.Gate, 0);
        return found;
    }

    private static void Write(ref Slot slot, DecisionId key, in RecordedCall first, RecordedCall[]? others, long timestamp)
    {
        if (Interlocked.CompareExchange(ref slot.Gate, 1, 0) != 0)
        {
            return;
        }

        (slot.Key, slot.First, slot.Others, slot.Timestamp) = (key, first, others, timestamp);
        Volatile.Write(ref slot.Gate, 0);
    }

    private ref Slot SlotOf(DecisionId key) => ref _slots[(int)key.Payload & (_slots.Length - 1)];

    private struct Slot
    {
        public DecisionId Key;
        public RecordedCall First;
        public RecordedCall[]? Others;
        public long Timestamp;
        public int Gate;
    }
}
