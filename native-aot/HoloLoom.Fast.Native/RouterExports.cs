using System.Runtime.InteropServices;

namespace HoloLoom.Fast.Native;

/// <summary>A router's life: created, opened, saved, loaded, flushed, destroyed.</summary>
internal static unsafe class RouterExports
{
    [UnmanagedCallersOnly(EntryPoint = "managed_hlf_router_create")]
    public static int Create(byte* config, nuint length, ulong* router) => Build(config, length, directory: null, router);

    [UnmanagedCallersOnly(EntryPoint = "managed_hlf_router_open")]
    public static int Open(byte* config, nuint length, byte* directory, nuint directoryLength, ulong* router)
    {
        if (router is null)
        {
            return Failure.IsNull("out");
        }

        *router = 0;
        int problem = Memory.ReadPath(directory, directoryLength, out string path);
        return problem != Status.Ok ? problem : Build(config, length, path, router);
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_hlf_router_destroy")]
    public static void Destroy(ulong router)
    {
        try
        {
            if (RouterTable.Remove(router, out Router? removed))
            {
                removed.Dispose();
            }
        }
        catch (Exception e)
        {
            _ = Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_hlf_save")]
    public static int Save(ulong router, byte* path, nuint length) => WithDirectory(router, path, length, static (entry, directory) =>
    {
        entry.Router.Save(directory);
        return Status.Ok;
    });

    // Calls under way finish with the old router, which has no directory and is left to the garbage collector.
    [UnmanagedCallersOnly(EntryPoint = "managed_hlf_load")]
    public static int Load(ulong router, byte* path, nuint length) => WithDirectory(router, path, length, static (entry, directory) =>
        RouterTable.Replace(entry, Router.Load(directory, entry.Router.Options)) ? Status.Ok : Failure.NotARouter());

    [UnmanagedCallersOnly(EntryPoint = "managed_hlf_flush")]
    public static int Flush(ulong router)
    {
        if (RouterTable.Find(router) is not { } entry)
        {
            return Failure.NotARouter();
        }

        try
        {
            entry.Router.Flush();
            return Status.Ok;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    private static int WithDirectory(ulong router, byte* path, nuint length, Func<RouterTable.Entry, string, int> call)
    {
        if (RouterTable.Find(router) is not { } entry)
        {
            return Failure.NotARouter();
        }

        int problem = Memory.ReadPath(path, length, out string directory);
        if (problem != Status.Ok)
        {
            return problem;
        }

        try
        {
            return call(entry, directory);
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    private static int Build(byte* config, nuint length, string? directory, ulong* router)
    {
        if (router is null)
        {
            return Failure.IsNull("out");
        }

        *router = 0;
        if (Memory.Check(config, length, "config_json", "len") is int problem and not Status.Ok)
        {
            return problem;
        }

        Router? built = null;
        try
        {
            var json = new ReadOnlySpan<byte>(config, (int)length);
            if (!System.Text.Unicode.Utf8.IsValid(json))
            {
                return Failure.Because(Status.Utf8, "The configuration is not valid UTF-8.");
            }

            built = new Router(RouterOptions.FromJson(json) with { StateDirectory = directory });
            *router = RouterTable.Add(built);
            return Status.Ok;
        }
        catch (Exception e)
        {
            built?.Dispose();
            return Failure.Of(e);
        }
    }
}
