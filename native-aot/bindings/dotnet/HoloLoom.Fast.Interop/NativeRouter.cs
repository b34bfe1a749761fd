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

    /// <summary>Creates a router.</summary>
    /// <param name="config">The configuration as JSON, UTF-8; empty for the defaults.</param>
    public NativeRouter(ReadOnlySpan<byte> config)
        : base(0, ownsHandle: true)
    {
        fixed (byte* text = config)
        {
            nint router;
            Check(RouterCreate(text, (nuint)config.Length, &router));
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
