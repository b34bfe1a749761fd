namespace HoloLoom.Fast;

/// <summary>What became of a decision, as the caller saw it.</summary>
/// <param name="Relevance">How good the answer was, 0..1.</param>
/// <param name="LatencyMs">How long the backend took, in milliseconds; finite, not negative.</param>
public readonly record struct Outcome(double Relevance, double LatencyMs)
{
    private readonly ulong _cost;
    private readonly ulong _feedback;

    /// <summary>What the answer cost, in any unit; finite, not negative. Used by the weighted reward only.</summary>
    public double? Cost
    {
        get => Unpack(_cost);
        init => _cost = Pack(value);
    }

    /// <summary>The user's own judgement, 0..1. Where given, it takes the place of <see cref="Relevance"/> in the reward.</summary>
    public double? Feedback
    {
        get => Unpack(_feedback);
        init => _feedback = Pack(value);
    }

    /// <summary>The relevance that counts: the user's feedback where given, else <see cref="Relevance"/>.</summary>
    public double EffectiveRelevance => Feedback ?? Relevance;

    /// <summary>What is wrong with the outcome, or null if it can be recorded.</summary>
    public string? Validate()
    {
        if (!(Relevance >= 0 && Relevance <= 1))
        {
            return FormattableString.Invariant($"relevance is {Relevance}; a number from 0 to 1 is expected");
        }

        if (!(LatencyMs >= 0 && double.IsFinite(LatencyMs)))
        {
            return FormattableString.Invariant($"latency_ms is {LatencyMs}; a finite number of milliseconds, 0 or more, is expected");
        }

        if (Cost is double cost && !(cost >= 0 && double.IsFinite(cost)))
        {
            return FormattableString.Invariant($"cost is {cost}; a finite number, 0 or more, is expected");
        }

        if (Feedback is double feedback && !(feedback >= 0 && feedback <= 1))
        {
            return FormattableString.Invariant($"feedback is {feedback}; a number from 0 to 1 is expected");
        }

        return null;
    }

    // The bits are inverted, so that a default struct (all zero) reads as "not given".
    private static ulong Pack(double? value) => value is double number ? ~BitConverter.DoubleToUInt64Bits(number) : 0;

    private static double? Unpack(ulong packed) => packed == 0 ? null : BitConverter.UInt64BitsToDouble(~packed);
}

/// <summary>What became of a reported outcome. The numbers are part of the C ABI.</summary>
public enum RecordResult
{
    /// <summary>Credited to the decision's backend, once.</summary>
    Accepted = 0,

    /// <summary>An outcome for this decision was recorded before; nothing was learned from this one.</summary>
    Duplicate = 1,

    /// <summary>
    /// The decision is older than the window in which duplicates are recognised, or its query type or backend is no longer
    /// configured; nothing was learned.
    /// </summary>
    Expired = 2,

    /// <summary>Not an id that this router, or an earlier process on the same state, gave out: corrupted, forged or foreign.</summary>
    Unknown = 3,
}
