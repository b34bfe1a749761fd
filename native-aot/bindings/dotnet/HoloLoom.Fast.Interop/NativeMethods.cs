using System.Runtime.InteropServices;

namespace HoloLoom.Fast.Interop;

/// <summary>The C functions, as <c>hololoom_fast.h</c> declares them; what they promise is said there.</summary>
internal static unsafe partial class NativeMethods
{
    private const string Library = "hololoom_fast";

    static NativeMethods() => NativeLibrary.SetDllImportResolver(typeof(NativeMethods).Assembly, static (name, assembly, search) =>
        name != Library ? 0
        : Environment.GetEnvironmentVariable("HOLOLOOM_FAST_LIBRARY") is { Length: > 0 } file ? NativeLibrary.Load(file)
        : NativeLibrary.TryLoad("libhololoom_fast.so.1", assembly, search, out nint handle) ? handle : 0);

    [LibraryImport(Library, EntryPoint = "hlf_abi_version")]
    public static partial uint AbiVersion();

    [LibraryImport(Library, EntryPoint = "hlf_router_create")]
    public static partial int RouterCreate(byte* config, nuint length, nint* router);

    [LibraryImport(Library, EntryPoint = "hlf_router_destroy")]
    public static partial void RouterDestroy(nint router);

    [LibraryImport(Library, EntryPoint = "hlf_route")]
    public static partial int Route(nint router, byte* query, nuint length, ulong available, Decision* decision);

    [LibraryImport(Library, EntryPoint = "hlf_route_batch")]
    public static partial int RouteBatch(nint router, byte* data, int* offsets, nuint count, ulong available, Decision* decisions);

    [LibraryImport(Library, EntryPoint = "hlf_record")]
    public static partial int Record(nint router, DecisionId* id, double relevance, double latencyMs);

    [LibraryImport(Library, EntryPoint = "hlf_save")]
    public static partial int Save(nint router, byte* path, nuint length);

    [LibraryImport(Library, EntryPoint = "hlf_load")]
    public static partial int Load(nint router, byte* path, nuint length);

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
}
