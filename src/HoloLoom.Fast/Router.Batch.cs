using System.Runtime.CompilerServices;
using HoloLoom.Fast.Classification;
using HoloLoom.Fast.Internals;
using HoloLoom.Fast.Strategies;

namespace HoloLoom.Fast;

public sealed partial class Router
{
    // Queries classified at a time: their answers stay in the first-level cache.
    private const int BatchChunk = 128;

    // One a query type: what they all match, or the default's.
    private const int MaxAnswers = 64;

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
        Span<byte> answers = stackalloc byte[BatchChunk];
        for (int start = 0; start < queries.Length; start += BatchChunk)
        {
            ReadOnlySpan<string> chunk = queries[start..Math.Min(start + BatchChunk, queries.Length)];
            if (_customClassifier is null)
            {
                _rules.ClassifyBatch(chunk, answers);
                DecideAll(lane, answers[..chunk.Length], mask, decisions[start..]);
                continue;
            }

            for (int i = 0; i < chunk.Length; i++)
            {
                decisions[start + i] = Decide(lane, Checked(_customClassifier.Classify(chunk[i])), mask, default);
            }
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
        Span<byte> answers = stackalloc byte[BatchChunk];
        for (int start = 0; start < count; start += BatchChunk)
        {
            ReadOnlySpan<int> chunk = offsets[start..(Math.Min(start + BatchChunk, count) + 1)];
            int length = chunk.Length - 1;
            if (_customClassifier is null)
            {
                _rules.ClassifyBatch(utf8, chunk, answers);
                DecideAll(lane, answers[..length], mask, decisions[start..]);
                continue;
            }

            for (int i = 0; i < length; i++)
            {
                decisions[start + i] = Decide(lane, Checked(_customClassifier.Classify(utf8[chunk[i]..chunk[i + 1]])), mask, default);
            }
        }
    }

    private void DecideAll(Lane<LaneState> lane, ReadOnlySpan<byte> answers, ulong mask, Span<Decision> decisions)
    {
        if (_experiment is null && _strategy is RulesStrategy rules)
        {
            for (int done = 0; done < answers.Length;)
            {
                done += DecideByRule(rules, lane, answers[done..], mask, decisions[done..]);
            }

            return;
        }

        for (int i = 0; i < answers.Length; i++)
        {
            decisions[i] = Decide(lane, _rules.Answers[answers[i]], mask, default);
        }
    }

    // By rule a decision but for its id follows from the classifier's answer, so it is looked up, and all ids are sealed together. Returns
    // how many were decided: as many as there are sequence numbers left in the block.
    [SkipLocalsInit]
    private int DecideByRule(RulesStrategy rules, Lane<LaneState> lane, ReadOnlySpan<byte> answers, ulong mask, Span<Decision> decisions)
    {
        ref LaneState state = ref lane.State;
        if (state.NextSequence == state.EndOfBlock)
        {
            TakeBlock(ref state);
        }

        DecisionSeal seal = state.Seal;
        ulong sequence = state.NextSequence;
        int count = (int)Math.Min((ulong)answers.Length, state.EndOfBlock - sequence);
        answers = answers[..count];
        decisions = decisions[..count];
        state.NextSequence = sequence + (ulong)count;

        ReadOnlySpan<ClassifiedQuery> queries = _rules.Answers;
        Span<Decision> decisionOf = stackalloc Decision[MaxAnswers];
        Span<ulong> payloadOf = stackalloc ulong[MaxAnswers];
        for (int answer = 0; answer < queries.Length; answer++)
        {
            int type = queries[answer].QueryType;
            int backend = rules.Choose(_preferred[type], mask);
            DecisionFlags flags = backend == _preferred[type] ? DecisionFlags.None : DecisionFlags.PreferredUnavailable;
            decisionOf[answer] = new Decision(default, backend, type, 0, queries[answer].Confidence, flags);
            payloadOf[answer] = seal.Payload(sequence, type, backend, 0);
        }

        Span<ulong> payloads = stackalloc ulong[BatchChunk];
        Span<ulong> seals = stackalloc ulong[BatchChunk];
        for (int i = 0; i < answers.Length; i++)
        {
            // The sequence number has the low bits, and does not leave its block.
            int answer = answers[i] & (MaxAnswers - 1);
            payloads[i] = payloadOf[answer] + (uint)i;
        }

        // Whole vectors, with what happens to be there behind the last.
        seal.Close(payloads[..((count + 7) & ~7)], seals);
        for (int i = 0; i < decisions.Length; i++)
        {
            decisions[i] = new Decision(new DecisionId(payloads[i], seals[i]), decisionOf[answers[i] & (MaxAnswers - 1)]);
        }

        for (int answer = 0; answer < queries.Length; answer++)
        {
            lane.Count(decisionOf[answer].QueryType * _backends.Length + decisionOf[answer].Backend, answers.Count((byte)answer));
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
        // Nothing is asked in the loop; which one is wrong is only looked for if one is.
        int previous = 0, wrong = 0;
        foreach (int offset in offsets)
        {
            wrong |= offset < previous ? 1 : 0;
            previous = offset;
        }

        if (wrong != 0 || previous > length)
        {
            ThrowOffset(length, offsets);
        }
    }

    private static void ThrowOffset(int length, ReadOnlySpan<int> offsets)
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
