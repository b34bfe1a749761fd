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
    private struct LaneState
    {
        // First, where a line begins.
        public SampleStreams Streams;
        public ulong NextSequence;
        public ulong EndOfBlock;

        // The seal of the boot in which the lane took its block of sequence numbers.
        public DecisionSeal Seal;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Decision Decide(Lane<LaneState> lane, ClassifiedQuery query, ulong available, Span<double> draws) => _experiment is null
        ? DecideAs(_strategy, _posteriors, 0, lane, query, available, draws)
        : DecideIn(_experiment.Plan.Random(lane.State.Streams.Scalar.Next()), lane, query, available, draws);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Decision DecideAs(
        IRoutingStrategy strategy, PosteriorTable posteriors, int slot, Lane<LaneState> lane, ClassifiedQuery query, ulong available, Span<double> draws)
    {
        ref LaneState state = ref lane.State;
        int queryType = query.QueryType;
        int preferred = _preferred[queryType];
        var context = new StrategyContext(queryType, preferred, query.Confidence, available, posteriors, ref state.Streams, draws);
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

        if (state.NextSequence == state.EndOfBlock)
        {
            TakeBlock(ref state);
        }

        DecisionId id = state.Seal.Close(state.NextSequence++, queryType, backend, slot);
        lane.Count(queryType * _backends.Length + backend);
        flags |= (DecisionFlags)((slot & TrafficPlan.SliceBit) / TrafficPlan.SliceBit * (int)DecisionFlags.UniformSlice);
        return new Decision(id, backend, queryType, slot & (TrafficPlan.SliceBit - 1), confidence, flags);
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
