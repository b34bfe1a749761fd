using System.Runtime.InteropServices;

namespace HoloLoom.Fast.Interop;

/// <summary>The C functions, as <c>hololoom_fast.h</c> declares them; what they promise is said there.</summary>
internal static unsafe partial class NativeMethods
{
    /// <summary>The version of the ABI that is declared here.</summary>
    public const uint DeclaredAbiVersion = 1;

    private const string Library = "hololoom_fast";

    static NativeMethods() => NativeLibrary.SetDllImportResolver(typeof(NativeMethods).Assembly, static (name, assembly, search) =>
        name != Library ? 0
        : Environment.GetEnvironmentVariable("HOLOLOOM_FAST_LIBRARY") is { Length: > 0 } file ? NativeLibrary.Load(file)
        : NativeLibrary.TryLoad("libhololoom_fast.so.1", assembly, search, out nint handle) ? handle : 0);

    [LibraryImport(Library, EntryPoint = "hlf_abi_version")]
    public static partial uint AbiVersion();

    [LibraryImport(Library, EntryPoint = "hlf_router_create")]
    public static partial int RouterCreate(byte* config, nuint length, nint* router);

    [LibraryImport(Library, EntryPoint = "hlf_router_open")]
    public static partial int RouterOpen(byte* config, nuint length, byte* directory, nuint directoryLength, nint* router);

    [LibraryImport(Library, EntryPoint = "hlf_router_destroy")]
    public static partial void RouterDestroy(nint router);

    [LibraryImport(Library, EntryPoint = "hlf_route")]
    public static partial int Route(nint router, byte* query, nuint length, ulong available, Decision* decision);

    [LibraryImport(Library, EntryPoint = "hlf_route_unit")]
    public static partial int RouteUnit(
        nint router, byte* query, nuint length, ulong available, byte* unit, nuint unitLength, Decision* decision);

    [LibraryImport(Library, EntryPoint = "hlf_route_batch")]
    public static partial int RouteBatch(nint router, byte* data, int* offsets, nuint count, ulong available, Decision* decisions);

    [LibraryImport(Library, EntryPoint = "hlf_record")]
    public static partial int Record(nint router, DecisionId* id, double relevance, double latencyMs);

    [LibraryImport(Library, EntryPoint = "hlf_record_outcome")]
    public static partial int RecordOutcome(nint router, DecisionId* id, OutcomeFields* outcome);

    [LibraryImport(Library, EntryPoint = "hlf_record_batch")]
    public static partial int RecordBatch(
        nint router, DecisionId* ids, double* relevance, double* latencyMs, nuint count, nuint* accepted);

    [LibraryImport(Library, EntryPoint = "hlf_save")]
    public static partial int Save(nint router, byte* path, nuint length);

    [LibraryImport(Library, EntryPoint = "hlf_load")]
    public static partial int Load(nint router, byte* path, nuint length);

    [LibraryImport(Library, EntryPoint = "hlf_flush")]
    public static partial int Flush(nint router);

    [LibraryImport(Library, EntryPoint = "hlf_stats_json")]
    public static partial int StatsJson(nint router, byte* buffer, nuint capacity, nuint* required);

    [LibraryImport(Library, EntryPoint = "hlf_backend_count")]
    public static partial int BackendCount(nint router, uint* count);

    [LibraryImport(Library, EntryPoint = "hlf_query_type_count")]
    public static partial int QueryTypeCount(nint router, uint* count);

    [LibraryImport(Library, EntryPoint = "hlf_backend_name")]
    public static partial int BackendName(nint router, uint backend, byte* buffer, nuint capacity, nuint* required);

    [LibraryImport(Library, EntryPoint = "hlf_query_type_name")]
    public static partial int QueryTypeName(nint router, uint queryType, byte* buffer, nuint capacity, nuint* required);

    [LibraryImport(Library, EntryPoint = "hlf_posterior")]
    public static partial int Posterior(nint router, uint queryType, uint backend, double* alpha, double* beta);

    [LibraryImport(Library, EntryPoint = "hlf_last_error")]
    public static partial int LastError(byte* buffer, nuint capacity, nuint* required);

    /// <summary>The layout of <c>hlf_outcome</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct OutcomeFields
    {
        public const uint HasCost = 1;
        public const uint HasFeedback = 2;

        public uint Size;
        public uint Given;
        public double Relevance;
        public double LatencyMs;
        public double Cost;
        public double Feedback;
    }
}
