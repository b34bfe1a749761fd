using System.Runtime.InteropServices;
using System.Text;
using static HoloLoom.Fast.Interop.NativeMethods;

namespace HoloLoom.Fast.Interop;

/// <summary>A call that failed: the status of <c>hololoom_fast.h</c> and the library's message.</summary>
public sealed class NativeRouterException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}

/// <summary>A router of the native library. Threads may share it.</summary>
public sealed unsafe class NativeRouter : SafeHandle
{
    private delegate int Filler(byte* buffer, nuint capacity, nuint* required);

    /// <summary>Creates a router that keeps what it learns in memory.</summary>
    /// <param name="config">The configuration as JSON, UTF-8; empty for the defaults.</param>
    public NativeRouter(ReadOnlySpan<byte> config)
        : this(config, null)
    {
    }

    /// <summary>Creates a router that goes on from a state directory and writes to it what it learns.</summary>
    /// <param name="config">The configuration as JSON, UTF-8; empty for the defaults.</param>
    /// <param name="stateDirectory">The directory, made if missing; null: what is learned is kept in memory.</param>
    public NativeRouter(ReadOnlySpan<byte> config, string? stateDirectory)
        : base(0, ownsHandle: true)
    {
        if (AbiVersion() != DeclaredAbiVersion)
        {
            throw new NotSupportedException($"The native library has ABI version {AbiVersion()}; version {DeclaredAbiVersion} is needed.");
        }

        byte[] path = Encoding.UTF8.GetBytes(stateDirectory ?? "");
        fixed (byte* text = config)
        fixed (byte* directory = path)
        {
            nint router;
            Check(stateDirectory is null
                ? RouterCreate(text, (nuint)config.Length, &router)
                : RouterOpen(text, (nuint)config.Length, directory, (nuint)path.Length, &router));
            SetHandle(router);
        }

        Backends = Names(BackendCount, BackendName);
        QueryTypes = Names(QueryTypeCount, QueryTypeName);
    }

    public override bool IsInvalid => handle == 0;

    public IReadOnlyList<string> Backends { get; }

    public IReadOnlyList<string> QueryTypes { get; }

    /// <summary>Decides for a query, UTF-8, among a set of backends.</summary>
    public Decision Route(ReadOnlySpan<byte> query, ulong available = ulong.MaxValue)
    {
        fixed (byte* text = query)
        {
            Decision decision;
            Check(NativeMethods.Route(handle, text, (nuint)query.Length, available, &decision));
            return decision;
        }
    }

    /// <summary>
    /// Decides for a query by the variant of the experiment that a unit belongs to: always the same one, in every process and language.
    /// Without an experiment: as <see cref="Route"/>.
    /// </summary>
    /// <param name="query">The query, UTF-8.</param>
    /// <param name="unit">The id of a user, a session: any bytes.</param>
    /// <param name="available">The backends that may be chosen: bit i is the backend of index i.</param>
    public Decision RouteUnit(ReadOnlySpan<byte> query, ReadOnlySpan<byte> unit, ulong available = ulong.MaxValue)
    {
        fixed (byte* text = query)
        fixed (byte* id = unit)
        {
            Decision decision;
            Check(NativeMethods.RouteUnit(handle, text, (nuint)query.Length, available, id, (nuint)unit.Length, &decision));
            return decision;
        }
    }

    /// <summary>Decides for many queries: the text of all, and one offset more than there are queries.</summary>
    public void RouteBatch(ReadOnlySpan<byte> text, ReadOnlySpan<int> offsets, Span<Decision> decisions, ulong available = ulong.MaxValue)
    {
        int count = Math.Max(0, offsets.Length - 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(decisions.Length, count, nameof(decisions));
        if (count > 0 && offsets[^1] > text.Length)
        {
            throw new ArgumentException($"The last offset is {offsets[^1]}; the text has {text.Length} bytes.", nameof(offsets));
        }

        fixed (byte* data = text)
        fixed (int* at = offsets)
        fixed (Decision* to = decisions)
        {
            Check(NativeMethods.RouteBatch(handle, data, at, (nuint)count, available, to));
        }
    }

    /// <summary>Reports what became of a decision: 0 accepted, 1 duplicate, 2 expired, 3 unknown.</summary>
    public int Record(in DecisionId id, double relevance, double latencyMs)
    {
        DecisionId copy = id;
        return Check(NativeMethods.Record(handle, &copy, relevance, latencyMs));
    }

    /// <summary>Reports what became of a decision, with cost and feedback: 0 accepted, 1 duplicate, 2 expired, 3 unknown.</summary>
    public int Record(in DecisionId id, in Outcome outcome)
    {
        DecisionId copy = id;
        var fields = new OutcomeFields
        {
            Size = (uint)sizeof(OutcomeFields),
            Given = (outcome.Cost is null ? 0 : OutcomeFields.HasCost) | (outcome.Feedback is null ? 0 : OutcomeFields.HasFeedback),
            Relevance = outcome.Relevance,
            LatencyMs = outcome.LatencyMs,
            Cost = outcome.Cost ?? 0,
            Feedback = outcome.Feedback ?? 0,
        };
        return Check(RecordOutcome(handle, &copy, &fields));
    }

    /// <summary>Reports what became of many decisions. If one of the numbers is not allowed nothing is recorded.</summary>
    /// <param name="ids">The decisions' ids.</param>
    /// <param name="relevance">One for each id, 0..1.</param>
    /// <param name="latencyMs">One for each id, finite, 0 or more.</param>
    /// <returns>How many were accepted; the others were duplicate, expired or unknown.</returns>
    /// <exception cref="ArgumentException">There are not as many numbers as ids.</exception>
    public int RecordBatch(ReadOnlySpan<DecisionId> ids, ReadOnlySpan<double> relevance, ReadOnlySpan<double> latencyMs)
    {
        if (relevance.Length != ids.Length || latencyMs.Length != ids.Length)
        {
            throw new ArgumentException(
                $"{ids.Length} ids have {relevance.Length} relevances and {latencyMs.Length} latencies; each needs one of both.",
                nameof(ids));
        }

        fixed (DecisionId* first = ids)
        fixed (double* relevances = relevance)
        fixed (double* latencies = latencyMs)
        {
            nuint accepted;
            Check(NativeMethods.RecordBatch(handle, first, relevances, latencies, (nuint)ids.Length, &accepted));
            return (int)accepted;
        }
    }

    /// <summary>Returns once all that was recorded before is in the state directory.</summary>
    public void Flush() => Check(NativeMethods.Flush(handle));

    public void Save(string directory) => WithPath(directory, NativeMethods.Save);

    public void Load(string directory) => WithPath(directory, NativeMethods.Load);

    public string StatisticsJson() => Text((buffer, capacity, required) => StatsJson(handle, buffer, capacity, required));

    public (double Alpha, double Beta) Posterior(int queryType, int backend)
    {
        double alpha;
        double beta;
        Check(NativeMethods.Posterior(handle, (uint)queryType, (uint)backend, &alpha, &beta));
        return (alpha, beta);
    }

    /// <summary>Throws for an error status, with the library's message.</summary>
    public static int Check(int status) => status >= 0 ? status : throw new NativeRouterException(status, Fill(LastError).Text);

    protected override bool ReleaseHandle()
    {
        RouterDestroy(handle);
        return true;
    }

    private void WithPath(string directory, PathCall call)
    {
        byte[] path = Encoding.UTF8.GetBytes(directory);
        fixed (byte* text = path)
        {
            Check(call(handle, text, (nuint)path.Length));
        }
    }

    private static string Text(Filler call)
    {
        (int status, string text) = Fill(call);
        Check(status);
        return text;
    }

    // With a larger buffer as long as it asks for it.
    private static (int Status, string Text) Fill(Filler call)
    {
        byte[] buffer = new byte[512];
        while (true)
        {
            nuint required = 0;
            int status;
            fixed (byte* memory = buffer)
            {
                status = call(memory, (nuint)buffer.Length, &required);
            }

            if (status != -8)
            {
                return (status, status == 0 ? Encoding.UTF8.GetString(buffer, 0, (int)required) : "");
            }

            buffer = new byte[(int)required + 256];
        }
    }

    private string[] Names(CountCall count, NameCall name)
    {
        uint length;
        Check(count(handle, &length));
        return [.. Enumerable.Range(0, (int)length).Select(i => Text((buffer, capacity, required) => name(handle, (uint)i, buffer, capacity, required)))];
    }

    private delegate int PathCall(nint router, byte* path, nuint length);

    private delegate int CountCall(nint router, uint* count);

    private delegate int NameCall(nint router, uint index, byte* buffer, nuint capacity, nuint* required);
}
