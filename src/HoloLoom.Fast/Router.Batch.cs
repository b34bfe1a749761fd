using System.Runtime.CompilerServices;
using HoloLoom.Fast.Classification;
using HoloLoom.Fast.Internals;
using HoloLoom.Fast.Strategies;

namespace HoloLoom.Fast;

public sealed partial class Router
{
    // Queries classified at a time: their answers stay in the first-level cache.
    private const int BatchChunk = 128;

    private const int MaxQueryTypes = 64;

    /// <summary>Decides for many queries: the same decisions as one by one, faster, because the queries are classified side by side.</summary>
    /// <param name="queries">The queries, none null.</param>
    /// <param name="decisions">Receives a decision per query, in order; at least as long as <paramref name="queries"/>.</param>
    /// <param name="available">The backends that may be chosen.</param>
    /// <exception cref="ArgumentException">No backend is available, a query is null, or <paramref name="decisions"/> is too short; nothing was decided.</exception>
    [SkipLocalsInit]
    public void RouteBatch(ReadOnlySpan<string> queries, Span<Decision> decisions, BackendSet available)
    {
        ulong mask = Mask(available);
        CheckRoom(queries.Length, decisions.Length);
        int missing = queries.IndexOf((string)null!);
        if (missing >= 0)
        {
            throw new ArgumentException($"The query at index {missing} is null.", nameof(queries));
        }

        Lane<LaneState> lane = _lanes.Current;
        Span<ClassifiedQuery> classified = stackalloc ClassifiedQuery[BatchChunk];
        for (int start = 0; start < queries.Length; start += BatchChunk)
        {
            ReadOnlySpan<string> chunk = queries[start..Math.Min(start + BatchChunk, queries.Length)];
            if (_customClassifier is null)
            {
                _rules.ClassifyBatch(chunk, classified);
            }
            else
            {
                for (int i = 0; i < chunk.Length; i++)
                {
                    classified[i] = Checked(_customClassifier.Classify(chunk[i]));
                }
            }

            DecideAll(lane, classified[..chunk.Length], mask, decisions[start..]);
        }
    }

    /// <summary>Decides for many queries that lie one after the other in memory, as in an Arrow Utf8 array.</summary>
    /// <param name="utf8">The text of all queries; any bytes.</param>
    /// <param name="offsets">Where each query begins, and where the last ends: one more than there are queries, never decreasing, within <paramref name="utf8"/>.</param>
    /// <param name="decisions">Receives a decision per query, in order.</param>
    /// <param name="available">The backends that may be chosen.</param>
    /// <exception cref="ArgumentException">No backend is available, an offset is wrong, or <paramref name="decisions"/> is too short; nothing was decided.</exception>
    [SkipLocalsInit]
    public void RouteBatch(ReadOnlySpan<byte> utf8, ReadOnlySpan<int> offsets, Span<Decision> decisions, BackendSet available)
    {
        ulong mask = Mask(available);
        int count = Math.Max(0, offsets.Length - 1);
        CheckRoom(count, decisions.Length);
        CheckOffsets(utf8.Length, offsets);
        Lane<LaneState> lane = _lanes.Current;
        Span<ClassifiedQuery> classified = stackalloc ClassifiedQuery[BatchChunk];
        for (int start = 0; start < count; start += BatchChunk)
        {
            ReadOnlySpan<int> chunk = offsets[start..(Math.Min(start + BatchChunk, count) + 1)];
            int length = chunk.Length - 1;
            if (_customClassifier is null)
            {
                _rules.ClassifyBatch(utf8, chunk, classified);
            }
            else
            {
                for (int i = 0; i < length; i++)
                {
                    classified[i] = Checked(_customClassifier.Classify(utf8[chunk[i]..chunk[i + 1]]));
                }
            }

            DecideAll(lane, classified[..length], mask, decisions[start..]);
        }
    }

    private void DecideAll(Lane<LaneState> lane, ReadOnlySpan<ClassifiedQuery> classified, ulong mask, Span<Decision> decisions)
    {
        int done = _strategy is RulesStrategy rules ? DecideByRule(rules, lane, classified, mask, decisions) : 0;
        for (int i = done; i < classified.Length; i++)
        {
            decisions[i] = Decide(lane, classified[i], mask, default);
        }
    }

    // By rule the backend follows from the query type alone, so it is looked up, and all ids are sealed together. Returns how many were
    // decided: what is beyond the end of a block of sequence numbers is left to the ordinary way.
    [SkipLocalsInit]
    private int DecideByRule(RulesStrategy rules, Lane<LaneState> lane, ReadOnlySpan<ClassifiedQuery> classified, ulong mask, Span<Decision> decisions)
    {
        Span<int> backendOf = stackalloc int[MaxQueryTypes];
        Span<DecisionFlags> flagsOf = stackalloc DecisionFlags[MaxQueryTypes];
        for (int type = 0; type < _queryTypes.Length; type++)
        {
            backendOf[type] = rules.Choose(_preferred[type], mask);
            flagsOf[type] = backendOf[type] == _preferred[type] ? DecisionFlags.None : DecisionFlags.PreferredUnavailable;
        }

        ref LaneState state = ref lane.State;
        DecisionSeal seal = state.Seal;
        ulong sequence = state.NextSequence;
        int count = (int)Math.Min((ulong)classified.Length, state.EndOfBlock - sequence);
        classified = classified[..count];
        decisions = decisions[..count];
        state.NextSequence = sequence + (ulong)count;

        Span<ulong> payloads = stackalloc ulong[BatchChunk];
        Span<ulong> seals = stackalloc ulong[BatchChunk];
        payloads = payloads[..count];
        seals = seals[..count];
        int backends = _backends.Length;
        for (int i = 0; i < payloads.Length; i++)
        {
            int type = classified[i].QueryType;
            payloads[i] = seal.Payload(sequence + (uint)i, type, backendOf[type], 0);
            lane.Count(type * backends + backendOf[type]);
        }

        seal.Close(payloads, seals);
        for (int i = 0; i < decisions.Length; i++)
        {
            ClassifiedQuery query = classified[i];
            decisions[i] = new Decision(new DecisionId(payloads[i], seals[i]), backendOf[query.QueryType], query.QueryType, 0, query.Confidence, flagsOf[query.QueryType]);
        }

        return count;
    }

    private static void CheckRoom(int queries, int decisions)
    {
        if (decisions < queries)
        {
            throw new ArgumentException($"There are {queries} queries but room for {decisions} decisions.", nameof(decisions));
        }
    }

    private static void CheckOffsets(int length, ReadOnlySpan<int> offsets)
    {
        int previous = 0;
        for (int i = 0; i < offsets.Length; i++)
        {
            int offset = offsets[i];
            if (offset < previous || offset > length)
            {
                throw new ArgumentException(
                    $"Offset {i} is {offset}; it must be at least {previous}, the one before it, and at most {length}, the length of the text.", nameof(offsets));
            }

            previous = offset;
        }
    }
}
