using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HoloLoom.Fast.Native;

/// <summary>Deciding and recording. What the functions promise is said in <c>hololoom_fast.h</c>.</summary>
internal static unsafe class RoutingExports
{
    [UnmanagedCallersOnly(EntryPoint = "managed_hlf_route")]
    public static int Route(ulong router, byte* query, nuint length, ulong available, Decision* decision)
    {
        if (RouterTable.Find(router) is not { } entry)
        {
            return Failure.NotARouter();
        }

        if (decision is null || length > Memory.LongestSpan || (query is null && length != 0) || (available & entry.Backends) == 0)
        {
            return Explain(query, length, available, decision);
        }

        try
        {
            *decision = entry.Router.Route(new ReadOnlySpan<byte>(query, (int)length), new BackendSet(available));
            return Status.Ok;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_hlf_route_unit")]
    public static int RouteUnit(ulong router, byte* query, nuint length, ulong available, byte* unit, nuint unitLength, Decision* decision)
    {
        if (RouterTable.Find(router) is not { } entry)
        {
            return Failure.NotARouter();
        }

        if (decision is null || length > Memory.LongestSpan || (query is null && length != 0) || (available & entry.Backends) == 0)
        {
            return Explain(query, length, available, decision);
        }

        if (Memory.Check(unit, unitLength, "unit", "unit_len") is int problem and not Status.Ok)
        {
            return problem;
        }

        try
        {
            *decision = entry.Router.Route(
                new ReadOnlySpan<byte>(query, (int)length), new BackendSet(available), new ReadOnlySpan<byte>(unit, (int)unitLength));
            return Status.Ok;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_hlf_route_batch")]
    public static int RouteBatch(ulong router, byte* data, int* offsets, nuint count, ulong available, Decision* decisions)
    {
        if (RouterTable.Find(router) is not { } entry)
        {
            return Failure.NotARouter();
        }

        if (count > Memory.LongestSpan)
        {
            return Failure.TooLong("n", count);
        }

        if ((available & entry.Backends) == 0)
        {
            return Failure.NoBackend(available);
        }

        if (count == 0)
        {
            return Status.Ok;
        }

        if (offsets is null || decisions is null)
        {
            return Failure.IsNull(offsets is null ? "offsets" : "out");
        }

        int n = (int)count;
        int end = Math.Max(0, offsets[n]);
        if (data is null && end > 0)
        {
            return Failure.IsNull("data");
        }

        try
        {
            entry.Router.RouteBatch(
                new ReadOnlySpan<byte>(data, end),
                new ReadOnlySpan<int>(offsets, n + 1),
                new Span<Decision>(decisions, n),
                new BackendSet(available));
            return Status.Ok;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_hlf_record")]
    public static int Record(ulong router, byte* id, double relevance, double latencyMs) =>
        Record(router, id, new Outcome(relevance, latencyMs));

    [UnmanagedCallersOnly(EntryPoint = "managed_hlf_record_outcome")]
    public static int RecordOutcome(ulong router, byte* id, OutcomeFields* outcome)
    {
        if (outcome is null)
        {
            return Failure.IsNull("outcome");
        }

        if (outcome->Size != sizeof(OutcomeFields) || outcome->Given > (OutcomeFields.HasCost | OutcomeFields.HasFeedback))
        {
            return Failure.Because(
                Status.Argument,
                $"outcome->size is {outcome->Size} and outcome->given is {outcome->Given}; this version knows size {sizeof(OutcomeFields)} "
                + "and given up to 3.");
        }

        return Record(router, id, new Outcome(outcome->Relevance, outcome->LatencyMs)
        {
            Cost = (outcome->Given & OutcomeFields.HasCost) != 0 ? outcome->Cost : null,
            Feedback = (outcome->Given & OutcomeFields.HasFeedback) != 0 ? outcome->Feedback : null,
        });
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_hlf_record_batch")]
    public static int RecordBatch(ulong router, byte* ids, double* relevance, double* latencyMs, nuint count, nuint* accepted)
    {
        if (RouterTable.Find(router) is not { } entry)
        {
            return Failure.NotARouter();
        }

        if (count > Memory.LongestSpan / DecisionId.SizeInBytes)
        {
            return Failure.TooLong("n", count);
        }

        if (count > 0 && (ids is null || relevance is null || latencyMs is null))
        {
            return Failure.IsNull(ids is null ? "ids" : relevance is null ? "relevance" : "latency_ms");
        }

        try
        {
            for (nuint i = 0; i < count; i++)
            {
                if (new Outcome(relevance[i], latencyMs[i]).Validate() is string problem)
                {
                    return Failure.Because(Status.Argument, $"Outcome {i}: {problem}. Nothing was recorded.");
                }
            }

            nuint learned = 0;
            for (nuint i = 0; i < count; i++)
            {
                RecordResult result = entry.Router.Record(Id(ids + i * DecisionId.SizeInBytes), new Outcome(relevance[i], latencyMs[i]));
                learned += result == RecordResult.Accepted ? 1u : 0u;
            }

            if (accepted is not null)
            {
                *accepted = learned;
            }

            return Status.Ok;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    private static int Record(ulong router, byte* id, in Outcome outcome)
    {
        if (RouterTable.Find(router) is not { } entry)
        {
            return Failure.NotARouter();
        }

        if (id is null)
        {
            return Failure.IsNull("id");
        }

        try
        {
            return outcome.Validate() is string problem
                ? Failure.Because(Status.Argument, $"The outcome cannot be recorded: {problem}.")
                : (int)entry.Router.Record(Id(id), outcome);
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    private static DecisionId Id(byte* bytes) => DecisionId.FromBytes(new ReadOnlySpan<byte>(bytes, DecisionId.SizeInBytes));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Explain(byte* query, nuint length, ulong available, Decision* decision) =>
        decision is null ? Failure.IsNull("out")
        : Memory.Check(query, length, "query", "len") is int problem and not Status.Ok ? problem
        : Failure.NoBackend(available);

    /// <summary>The layout of <c>hlf_outcome</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly struct OutcomeFields
    {
        public const uint HasCost = 1;
        public const uint HasFeedback = 2;

        public readonly uint Size;
        public readonly uint Given;
        public readonly double Relevance;
        public readonly double LatencyMs;
        public readonly double Cost;
        public readonly double Feedback;
    }
}
