using System.Runtime.InteropServices;
using System.Text;

namespace HoloLoom.Fast.Native;

/// <summary>What a router can be asked, the last error, and the samplers.</summary>
internal static unsafe class ReadingExports
{
    [UnmanagedCallersOnly(EntryPoint = "managed_hlf_stats_json")]
    public static int StatsJson(ulong router, byte* buffer, nuint capacity, nuint* required)
    {
        if (RouterTable.Find(router) is not { } entry)
        {
            return Failure.NotARouter();
        }

        if (Memory.CheckOutput(buffer, capacity, required) is int problem and not Status.Ok)
        {
            return problem;
        }

        try
        {
            return Memory.Write(entry.Router.GetStatistics().ToJson(), buffer, capacity, required);
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_hlf_backend_count")]
    public static int BackendCount(ulong router, uint* count) => Count(router, static router => router.Backends, count);

    [UnmanagedCallersOnly(EntryPoint = "managed_hlf_query_type_count")]
    public static int QueryTypeCount(ulong router, uint* count) => Count(router, static router => router.QueryTypes, count);

    [UnmanagedCallersOnly(EntryPoint = "managed_hlf_backend_name")]
    public static int BackendName(ulong router, uint backend, byte* buffer, nuint capacity, nuint* required) =>
        Name(router, static router => router.Backends, "backends", backend, buffer, capacity, required);

    [UnmanagedCallersOnly(EntryPoint = "managed_hlf_query_type_name")]
    public static int QueryTypeName(ulong router, uint queryType, byte* buffer, nuint capacity, nuint* required) =>
        Name(router, static router => router.QueryTypes, "query types", queryType, buffer, capacity, required);

    [UnmanagedCallersOnly(EntryPoint = "managed_hlf_posterior")]
    public static int Posterior(ulong router, uint queryType, uint backend, double* alpha, double* beta)
    {
        if (RouterTable.Find(router) is not { } entry)
        {
            return Failure.NotARouter();
        }

        if (alpha is null || beta is null)
        {
            return Failure.IsNull(alpha is null ? "alpha" : "beta");
        }

        try
        {
            (*alpha, *beta) = entry.Router.Posterior((int)Math.Min(queryType, int.MaxValue), (int)Math.Min(backend, int.MaxValue));
            return Status.Ok;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_hlf_last_error")]
    public static int LastError(byte* buffer, nuint capacity, nuint* required)
    {
        if (required is null || (buffer is null && capacity != 0))
        {
            return Status.Argument;
        }

        string message = Failure.Message;
        int length = Encoding.UTF8.GetByteCount(message);
        *required = (nuint)length;
        if (capacity < (nuint)length)
        {
            return Status.Buffer;
        }

        Encoding.UTF8.GetBytes(message, new Span<byte>(buffer, length));
        return Status.Ok;
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_hlf_random_u64")]
    public static int RandomUInt64(ulong seed, ulong* output, nuint count)
    {
        if (Memory.Check(output, count, "out", "n") is int problem and not Status.Ok)
        {
            return problem;
        }

        try
        {
            new Sampler(seed).FillUInt64(new Span<ulong>(output, (int)count));
            return Status.Ok;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_hlf_sample_beta")]
    public static int SampleBeta(ulong seed, double alpha, double beta, double* output, nuint count)
    {
        if (Memory.Check(output, count, "out", "n") is int problem and not Status.Ok)
        {
            return problem;
        }

        try
        {
            new Sampler(seed).FillBeta(alpha, beta, new Span<double>(output, (int)count));
            return Status.Ok;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    private static int Count(ulong router, Func<Router, IReadOnlyList<string>> names, uint* count)
    {
        if (RouterTable.Find(router) is not { } entry)
        {
            return Failure.NotARouter();
        }

        if (count is null)
        {
            return Failure.IsNull("count");
        }

        *count = (uint)names(entry.Router).Count;
        return Status.Ok;
    }

    private static int Name(
        ulong router, Func<Router, IReadOnlyList<string>> names, string what, uint index, byte* buffer, nuint capacity, nuint* required)
    {
        if (RouterTable.Find(router) is not { } entry)
        {
            return Failure.NotARouter();
        }

        if (Memory.CheckOutput(buffer, capacity, required) is int problem and not Status.Ok)
        {
            return problem;
        }

        IReadOnlyList<string> all = names(entry.Router);
        return index < (uint)all.Count
            ? Memory.Write(Encoding.UTF8.GetBytes(all[(int)index]), buffer, capacity, required)
            : Failure.Because(Status.Range, $"Index {index} is not one of the router's {all.Count} {what}, counted from 0.");
    }
}
