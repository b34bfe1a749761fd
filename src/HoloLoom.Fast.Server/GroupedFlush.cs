using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Server;

/// <summary>
/// Flushes of one router, shared by all who wait: those who ask while one is under way share the next, so that the disk is written once
/// for all of them, however many there are, and no thread waits.
/// </summary>
internal sealed class GroupedFlush
{
    private static readonly ConditionalWeakTable<Router, GroupedFlush> s_ofRouter = [];

    private readonly Lock _gate = new();
    private readonly Router _router;
    private Task _running = Task.CompletedTask;
    private Task? _next;
    private long _count;

    private GroupedFlush(Router router) => _router = router;

    /// <summary>How often the disk was written.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>A router's flushes; the same for all connections.</summary>
    public static GroupedFlush Of(Router router) => s_ofRouter.GetValue(router, static router => new GroupedFlush(router));

    /// <summary>Ends once everything recorded before the call is on disk.</summary>
    /// <exception cref="IOException">The state could not be written; what was learned stays in memory.</exception>
    public Task FlushAsync()
    {
        lock (_gate)
        {
            return _next ??= RunAsync(_running);
        }
    }

    private async Task RunAsync(Task previous)
    {
        await previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (_gate)
        {
            // Who asks from here on may have recorded something that this flush no longer covers.
            _running = _next!;
            _next = null;
        }

        Interlocked.Increment(ref _count);
        _router.Flush();
    }
}
