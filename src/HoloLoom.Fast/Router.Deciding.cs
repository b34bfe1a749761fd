using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using HoloLoom.Fast.Classification;
using HoloLoom.Fast.Internals;
using HoloLoom.Fast.Learning;
using HoloLoom.Fast.Sampling;
using HoloLoom.Fast.Strategies;

namespace HoloLoom.Fast;

public sealed partial class Router
{
    private const int BlockNumberBits = DecisionSeal.SequenceBits - OutcomeLedger.BlockBits;

    private readonly Lock _sequenceGate = new();
    private ulong _nextBlock;

    /// <summary>What a thread needs to decide, on lines of its own.</summary>
    internal struct LaneState
    {
        // First, where a line begins.
        public SampleStreams Streams;
        public ulong NextSequence;
        public ulong EndOfBlock;

        // The seal of the boot in which the lane took its block of sequence numbers.
        public DecisionSeal Seal;
    }

    /// <summary>What was chosen for a query, and is no decision yet: it has no id, and is not counted.</summary>
    /// <remarks>Belongs to the thread that chose.</remarks>
    internal readonly struct Choice
    {
        private readonly Lane<LaneState> _lane;
        private readonly int _slot;

        private Choice(Lane<LaneState> lane, int slot, int queryType, int backend, float confidence, DecisionFlags flags) =>
            (_lane, _slot, QueryType, Backend, Confidence, Flags) = (lane, slot, queryType, backend, confidence, flags);

        public int QueryType { get; }

        public int Backend { get; }

        public float Confidence { get; }

        public int Variant => _slot & (TrafficPlan.SliceBit - 1);

        private DecisionFlags Flags { get; }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Choice Of(
            Router router,
            IRoutingStrategy strategy,
            PosteriorTable posteriors,
            int slot,
            Lane<LaneState> lane,
            ClassifiedQuery query,
            ulong available,
            Span<double> draws)
        {
            int queryType = query.QueryType;
            int preferred = router._preferred[queryType];
            var context = new StrategyContext(queryType, preferred, query.Confidence, available, posteriors, ref lane.State.Streams, draws);
            int backend = strategy.Choose(ref context);
            if ((uint)backend >= BackendSet.MaxBackends || (available >> backend & 1) == 0)
            {
                ThrowChoice(strategy, backend, available);
            }

            DecisionFlags flags = (available >> preferred & 1) == 0 ? DecisionFlags.PreferredUnavailable : DecisionFlags.None;
            float confidence = query.Confidence;
            if (strategy.IsLearned)
            {
                confidence = (float)posteriors.Mean(queryType, backend);
                flags |= DecisionFlags.Learned;
            }

            // The slice's bit of a slot is twice the flag.
            flags |= (DecisionFlags)((slot & TrafficPlan.SliceBit) >> 1);
            return new Choice(lane, slot, queryType, backend, confidence, flags);
        }

        /// <summary>Gives it an id, and counts it.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Decision Seal(Router router)
        {
            ref LaneState state = ref _lane.State;
            if (state.NextSequence == state.EndOfBlock)
            {
                router.TakeBlock(ref state);
            }

            DecisionId id = state.Seal.Close(state.NextSequence++, QueryType, Backend, _slot);
            _lane.Count(QueryType * router._backends.Length + Backend);
            return new Decision(id, Backend, QueryType, Variant, Confidence, Flags);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Decision Decide(Lane<LaneState> lane, ClassifiedQuery query, ulong available, Span<double> draws, int sticky = -1) =>
        Choose(lane, query, available, draws, sticky).Seal(this);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Choice Choose(Lane<LaneState> lane, ClassifiedQuery query, ulong available, Span<double> draws, int sticky)
    {
        // One way for both, so that the just-in-time compiler sees one place where strategies are called.
        (IRoutingStrategy strategy, PosteriorTable posteriors, int slot) = (_strategy, _posteriors, 0);
        if (_experiment is { } experiment)
        {
            slot = sticky >= 0 ? sticky : experiment.Plan.Random(lane.State.Streams.Scalar.Next());
            Arm arm = experiment.Arms[slot & (TrafficPlan.SliceBit - 1)];
            (strategy, posteriors) = (arm.Strategy, arm.Posteriors);
            lane.Count(_exposureCounters + slot);
        }

        return Choice.Of(this, strategy, posteriors, slot, lane, query, available, draws);
    }

    // Sequence numbers are handed to lanes in whole blocks of the ledger, so that deciding shares nothing.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TakeBlock(ref LaneState state)
    {
        lock (_sequenceGate)
        {
            if (_nextBlock >> BlockNumberBits != 0)
            {
                // A million million decisions in one process: go on as a restart would.
                BeginBoot(_boot + 1);
                _nextBlock = 0;
            }

            state.NextSequence = _nextBlock << OutcomeLedger.BlockBits;
            state.EndOfBlock = state.NextSequence + (1 << OutcomeLedger.BlockBits);
            state.Seal = _seal;
            _nextBlock++;
        }
    }

    // Lane n draws from the seed's stream advanced n times by 2^192.
    private static Func<int, LaneState> LaneStates(ulong seed)
    {
        Xoshiro256 next = Xoshiro256.FromSeed(seed);
        return _ =>
        {
            var streams = SampleStreams.From(next);
            next.LongJump();
            return new LaneState { Streams = streams };
        };
    }

    [DoesNotReturn]
    private void ThrowNoneAvailable() =>
        throw new ArgumentException($"None of the router's backends is available; it has {string.Join(", ", _backends)}.", "available");

    [DoesNotReturn]
    private static void ThrowChoice(IRoutingStrategy strategy, int backend, ulong available) =>
        throw new InvalidOperationException(
            $"The strategy '{strategy.Name}' chose backend {backend}, which is not among the available {new BackendSet(available)}.");
}
