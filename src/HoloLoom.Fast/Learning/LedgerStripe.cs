using HoloLoom.Fast.Internals;

namespace HoloLoom.Fast.Learning;

/// <summary>What the ledger says of a decision id.</summary>
internal enum Claim
{
    First,
    Again,
    TooOld,
}

/// <summary>A part of the ledger with a lock of its own. Every member but the lock's must be called with the lock held.</summary>
internal sealed class LedgerStripe
{
    private const int WordsPerBlock = (1 << OutcomeLedger.BlockBits) / 64;

    private readonly int _capacity;
    private readonly Dictionary<ulong, int> _slots;
    private readonly ulong[] _keys;
    private ulong[] _bits = [];
    private SpinGate _gate;
    private ulong _lastKey;
    private int _lastSlot = -1;

    public LedgerStripe(int capacity)
    {
        _capacity = capacity;
        _keys = new ulong[capacity];
        _slots = [];
    }

    /// <summary>The largest key given up; 0 if none. Keys are never 0, because boots count from 1.</summary>
    public ulong Floor { get; private set; }

    /// <summary>How often each <see cref="Claim"/> was the answer, indexed by it.</summary>
    public long[] Answers { get; } = new long[3];

    public void Enter() => _gate.Enter();

    public void Exit() => _gate.Exit();

    /// <summary>Claims a decision's one outcome.</summary>
    /// <param name="key">The block's key: later blocks of one boot, and later boots, have larger ones.</param>
    /// <param name="bit">The decision's place in the block.</param>
    public Claim TryClaim(ulong key, int bit)
    {
        Claim claim = Find(key, bit);
        Answers[(int)claim]++;
        return claim;
    }

    /// <summary>What <see cref="TryClaim"/> would answer, without claiming or counting.</summary>
    /// <param name="key">The block's key.</param>
    /// <param name="bit">The decision's place in the block.</param>
    public Claim Peek(ulong key, int bit)
    {
        if (_slots.TryGetValue(key, out int slot))
        {
            return (_bits[slot * WordsPerBlock + (bit >> 6)] >> bit & 1) != 0 ? Claim.Again : Claim.First;
        }

        bool isTooOld = key <= Floor || (_slots.Count == _capacity && key < Min(_keys));
        return isTooOld ? Claim.TooOld : Claim.First;
    }

    /// <summary>Copies the blocks for a snapshot.</summary>
    public void CopyTo(ICollection<(ulong Key, ulong[] Bits)> blocks)
    {
        foreach ((ulong key, int slot) in _slots)
        {
            blocks.Add((key, _bits.AsSpan(slot * WordsPerBlock, WordsPerBlock).ToArray()));
        }
    }

    /// <summary>Restores a floor from a snapshot.</summary>
    public void RaiseFloor(ulong floor) => Floor = Math.Max(Floor, floor);

    /// <summary>Restores a block from a snapshot; with a smaller window than it was taken with, the oldest blocks are given up.</summary>
    public void Restore(ulong key, ReadOnlySpan<ulong> bits)
    {
        int slot = key <= Floor ? -1 : Add(key);
        if (slot >= 0)
        {
            bits[..Math.Min(bits.Length, WordsPerBlock)].CopyTo(_bits.AsSpan(slot * WordsPerBlock, WordsPerBlock));
        }
    }

    private Claim Find(ulong key, int bit)
    {
        if (key != _lastKey)
        {
            if (!_slots.TryGetValue(key, out int slot))
            {
                if (key <= Floor)
                {
                    return Claim.TooOld;
                }

                slot = Add(key);
                if (slot < 0)
                {
                    return Claim.TooOld;
                }
            }

            (_lastKey, _lastSlot) = (key, slot);
        }

        ref ulong word = ref _bits[_lastSlot * WordsPerBlock + (bit >> 6)];
        ulong flag = 1UL << bit;
        if ((word & flag) != 0)
        {
            return Claim.Again;
        }

        word |= flag;
        return Claim.First;
    }

    private int Add(ulong key)
    {
        int slot = _slots.Count;
        if (slot == _capacity)
        {
            slot = _keys.AsSpan().IndexOf(Min(_keys));
            if (key < _keys[slot])
            {
                // Older than all that is kept, and the stripe is full: taking it in would only give it up again.
                Floor = Math.Max(Floor, key);
                return -1;
            }

            Floor = Math.Max(Floor, _keys[slot]);
            _slots.Remove(_keys[slot]);
            _bits.AsSpan(slot * WordsPerBlock, WordsPerBlock).Clear();
            _lastKey = 0;
        }
        else if ((slot + 1) * WordsPerBlock > _bits.Length)
        {
            Array.Resize(ref _bits, Math.Min(_capacity, Math.Max(8, 2 * (slot + 1))) * WordsPerBlock);
        }

        _keys[slot] = key;
        _slots.Add(key, slot);
        return slot;
    }

    private static ulong Min(ReadOnlySpan<ulong> keys)
    {
        ulong min = keys[0];
        foreach (ulong key in keys)
        {
            min = Math.Min(min, key);
        }

        return min;
    }
}
