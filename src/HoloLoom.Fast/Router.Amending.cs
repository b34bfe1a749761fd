using HoloLoom.Fast.Learning;

namespace HoloLoom.Fast;

public sealed partial class Router
{
    /// <summary>
    /// Corrects an outcome that was recorded before, once: what was learned from it is replaced, not added to. A user's judgement that
    /// comes minutes after the answer is the use of it.
    /// </summary>
    /// <remarks>
    /// The router keeps one bit a decision of what was amended, not what was recorded; so the caller tells both outcomes, and a wrong
    /// <paramref name="recorded"/> shifts the posterior by the difference. If nothing was recorded yet, <paramref name="amended"/> is
    /// recorded as the decision's outcome, and the first report, when it comes, is a duplicate: the order of the two does not matter.
    /// An experiment's comparison keeps the outcome that came first: what is put right later may know which variant answered.
    /// The bit and what was learned are one in the state on disk, as for <see cref="Record(DecisionId, in Outcome)"/>.
    /// </remarks>
    /// <param name="id">The decision's id.</param>
    /// <param name="recorded">The outcome as it was recorded.</param>
    /// <param name="amended">The outcome as it is to count.</param>
    /// <param name="age">How long ago it was recorded, 0 or more: with a half-life, the correction weighs as much as what it corrects.</param>
    /// <returns>
    /// Accepted; Duplicate if it was amended before; Expired and Unknown as for <see cref="Record(DecisionId, in Outcome)"/>.
    /// </returns>
    /// <exception cref="ArgumentException">An outcome is not valid, the age is negative, or the reward function's result is outside 0..1; nothing changed.</exception>
    public RecordResult Amend(DecisionId id, in Outcome recorded, in Outcome amended, TimeSpan age = default)
    {
        if ((recorded.Validate() ?? amended.Validate()) is string problem)
        {
            throw new ArgumentException($"The outcome cannot be amended: {problem}.", nameof(amended));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(age, TimeSpan.Zero);
        if (Volatile.Read(ref _successor) is { } successor)
        {
            return successor.Amend(id, recorded, amended, age);
        }

        if (!TryOpen(id, isOwn: false, out OpenedId opened, out int queryType, out int backend, out int variant, out RecordResult refusal))
        {
            return refusal;
        }

        double before = RewardOf(recorded);
        double after = RewardOf(amended);
        double halfLives = _options.HalfLife is TimeSpan halfLife ? age / halfLife : 0;
        ulong block = opened.Sequence >> OutcomeLedger.BlockBits;
        ulong key = opened.Boot << BlockNumberBits | block;
        int bit = (int)opened.Sequence & ((1 << OutcomeLedger.BlockBits) - 1);
        LedgerStripe stripe = _ledger.Stripe(opened.Boot, block);
        stripe.Enter();
        if (_handedOver)
        {
            stripe.Exit();
            return (Heir() ?? this).Amend(id, recorded, amended, age);
        }

        try
        {
            Claim outcome = stripe.Peek(key, bit);
            if (outcome == Claim.TooOld)
            {
                return RecordResult.Expired;
            }

            switch (_amendments.Stripe(opened.Boot, block).TryClaim(key, bit))
            {
                case Claim.Again:
                    return RecordResult.Duplicate;
                case Claim.TooOld:
                    return RecordResult.Expired;
            }

            if (outcome == Claim.First)
            {
                _ = stripe.TryClaim(key, bit);
                if (_experiment is null || variant < 0)
                {
                    _posteriors.Update(queryType, backend, after, amended.LatencyMs);
                }
                else
                {
                    CreditVariant(opened, queryType, backend, variant, after, amended, failed: false, counted: true);
                }
            }
            else
            {
                ArmOf(variant).Posteriors.Amend(queryType, backend, after - before, halfLives);
            }

            return RecordResult.Accepted;
        }
        finally
        {
            stripe.Exit();
        }
    }

    /// <summary>Records that the backend gave no answer: the reward is 0 whatever the reward rule is.</summary>
    /// <param name="id">The decision's id.</param>
    /// <param name="latencyMs">How long it took to fail; finite, not negative.</param>
    /// <param name="counted">Whether an experiment counts it, or only learns from it.</param>
    internal RecordResult RecordFailure(DecisionId id, double latencyMs, bool counted = true) =>
        Credit(id, new Outcome(0, latencyMs), failed: true, counted);

    /// <summary>Whether an id is this router's, without counting the question.</summary>
    internal bool IsGenuine(DecisionId id) => Volatile.Read(ref _successor)?.IsGenuine(id) ?? _seal.TryOpen(id, Volatile.Read(ref _boot), _generations.Current, _options.Node, out _);
}
