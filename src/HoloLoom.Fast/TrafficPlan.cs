using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Unicode;
using HoloLoom.Fast.Internals;

namespace HoloLoom.Fast;

/// <summary>How an experiment's traffic is divided, immutable: a change of traffic is a new plan.</summary>
/// <remarks>
/// A slot is what a decision id carries: the arm's index (the variants, then the holdout) in three bits, and above them whether the decision
/// belongs to the uniform slice. The slice takes what is common to all weights; the weights' differences take the rest.
/// </remarks>
internal sealed class TrafficPlan
{
    public const int SliceBit = 8;
    public const int Slots = 16;

    private const double Ulp = 1.0 / (1L << 53);

    private readonly int _holdoutArm;
    private readonly ulong[] _limits;
    private readonly byte[] _slots;
    private readonly ulong _holdoutLimit;
    private readonly ulong _sliceLimit;
    private readonly int[] _inSlice;
    private readonly ulong[] _sliceQuestions;
    private readonly byte[] _sliceSlots;
    private readonly int[] _inRest;
    private readonly double[] _restWeights;
    private readonly ulong[] _questions;
    private readonly UnitHash _hash;

    /// <param name="hash">The experiment's hash.</param>
    /// <param name="questions">Per variant, <see cref="UnitHash.VariantQuestion"/>.</param>
    /// <param name="weights">Per variant; not all 0. A variant of weight NaN is out: it gets nothing, not even of the slice.</param>
    /// <param name="holdout">0..1.</param>
    /// <param name="exploration">The least slice.</param>
    public TrafficPlan(UnitHash hash, ulong[] questions, IReadOnlyList<double> weights, double holdout, double exploration)
    {
        (_hash, _questions, _holdoutArm) = (hash, questions, weights.Count);
        _inSlice = [.. Enumerable.Range(0, weights.Count).Where(i => !double.IsNaN(weights[i]))];
        _sliceQuestions = [.. _inSlice.Select(arm => questions[arm])];
        _sliceSlots = [.. _inSlice.Select(static arm => (byte)(arm | SliceBit))];
        double sum = _inSlice.Sum(i => weights[i]);
        double[] shares = [.. weights.Select(weight => double.IsNaN(weight) ? 0 : sum > 0 ? weight / sum : 1.0 / _inSlice.Length)];
        double slice = Math.Min(1, Math.Max(exploration, _inSlice.Length * _inSlice.Min(i => shares[i])));

        // Equal weights whose shares do not add up to 1 in binary are equal all the same.
        slice = slice > 1 - 1e-12 ? 1 : slice;
        double[] rest = [.. shares.Select(share => Math.Max(0, share - slice / _inSlice.Length))];
        _inRest = slice == 1 ? [] : [.. Enumerable.Range(0, rest.Length).Where(i => rest[i] > 1e-12)];
        double restSum = _inRest.Sum(i => rest[i]);
        _restWeights = [.. rest.Select(share => restSum > 0 ? share / restSum : 0)];
        (Slice, Holdout) = (slice, holdout);
        Shares = [.. shares.Select((_, i) => (_inSlice.Contains(i) ? slice / _inSlice.Length : 0) + (1 - slice) * _restWeights[i])];
        _holdoutLimit = Limit(holdout);
        _sliceLimit = Limit(slice);

        var slots = new List<byte>();
        var limits = new List<ulong>();
        double before = 0;
        void Add(int slot, double probability)
        {
            before += probability;
            slots.Add((byte)slot);
            limits.Add(Limit(before));
        }

        if (holdout > 0)
        {
            Add(_holdoutArm, holdout);
        }

        foreach (int arm in _inSlice)
        {
            Add(arm | SliceBit, (1 - holdout) * slice / _inSlice.Length);
        }

        foreach (int arm in _inRest)
        {
            Add(arm, (1 - holdout) * (1 - slice) * _restWeights[arm]);
        }

        // The last has no limit.
        (_slots, _limits) = ([.. slots], [.. limits[..^1]]);
    }

    /// <summary>The part of the experiment's traffic that is divided evenly.</summary>
    public double Slice { get; }

    /// <summary>The part of all traffic outside the experiment.</summary>
    public double Holdout { get; }

    /// <summary>Each variant's part of the experiment's traffic.</summary>
    public IReadOnlyList<double> Shares { get; }

    /// <summary>The arms that the slice is divided among.</summary>
    public IReadOnlyList<int> Running => _inSlice;

    /// <summary>A slot at random.</summary>
    /// <param name="random">64 random bits.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Random(ulong random)
    {
        // How many limits are passed, counted without a branch that a processor would have to guess.
        int passed = 0;
        foreach (ulong limit in _limits)
        {
            passed += random >= limit ? 1 : 0;
        }

        return _slots[passed];
    }

    /// <summary>A unit's slot: always the same under one plan, and under another the same unless its share of traffic had to move.</summary>
    /// <param name="unit">UTF-8.</param>
    public int Sticky(ReadOnlySpan<byte> unit)
    {
        ulong hash = _hash.Hash(unit);
        if (_holdoutLimit != 0 && UnitHash.Mix(hash + UnitHash.HoldoutQuestion) < _holdoutLimit)
        {
            return _holdoutArm;
        }

        if (_sliceLimit == ulong.MaxValue || UnitHash.Mix(hash + UnitHash.SliceQuestion) < _sliceLimit)
        {
            return Highest(hash);
        }

        return _inRest.Length == 1 ? _inRest[0] : Heaviest(hash);
    }

    /// <inheritdoc cref="Sticky(ReadOnlySpan{byte})"/>
    /// <param name="unit">UTF-16; half of a surrogate pair counts as U+FFFD.</param>
    [SkipLocalsInit]
    public int Sticky(ReadOnlySpan<char> unit)
    {
        const int Short = 170;
        if (unit.Length <= Short)
        {
            Span<byte> utf8 = stackalloc byte[3 * Short];
            _ = Utf8.FromUtf16(unit, utf8, out _, out int length);
            return Sticky(utf8[..length]);
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(checked(3 * unit.Length));
        try
        {
            _ = Utf8.FromUtf16(unit, rented, out _, out int length);
            return Sticky(rented.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    // Rendezvous hashing (Thaler and Ravishankar, IEEE/ACM Trans. Networking 6(1), 1998): adding or removing a variant moves no unit between others.
    // Which variant it is, no processor can guess: the comparison is computed with, not branched on.
    private int Highest(ulong hash)
    {
        ulong[] questions = _sliceQuestions;
        int best = 0;
        ulong most = UnitHash.Mix(hash + questions[0]);
        for (int i = 1; i < questions.Length; i++)
        {
            ulong number = UnitHash.Mix(hash + questions[i]);
            int more = -(number > most ? 1 : 0);
            best ^= (best ^ i) & more;
            most ^= (most ^ number) & (ulong)(long)more;
        }

        return _sliceSlots[best];
    }

    // By weight: the least exponential variable of rate w wins with probability w / sum w, and a changed weight moves units to or from it only.
    private int Heaviest(ulong hash)
    {
        int best = -1;
        double least = double.PositiveInfinity;
        foreach (int arm in _inRest)
        {
            double time = -Math.Log(((UnitHash.Mix(hash + _questions[arm]) >> 11) + 0.5) * Ulp) / _restWeights[arm];
            if (time < least)
            {
                (best, least) = (arm, time);
            }
        }

        return best;
    }

    private static ulong Limit(double probability) => probability >= 1 ? ulong.MaxValue : (ulong)(probability * 18446744073709551616.0);
}
