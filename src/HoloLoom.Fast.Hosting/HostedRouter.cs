using System.Security.Cryptography;

namespace HoloLoom.Fast.Hosting;

/// <summary>A named router whose configuration can be replaced while it is in use: nothing learned is lost, and no caller notices.</summary>
/// <remarks>Thread-safe. Take <see cref="Current"/> anew for each query; the one before goes on deciding for half a minute after it was replaced.</remarks>
public sealed class HostedRouter
{
    // Longer than anybody holds a router between taking it and deciding by it.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    // Each keeps its memory until then.
    private const int MaxRetired = 256;

    private readonly Lock _gate = new();
    private readonly List<(Router Router, Timer Timer)> _retired = [];
    private readonly Action<HostedRouter, RouterOptions>? _onReplacing;
    private readonly TimeProvider _time;
    private Snapshot _snapshot;
    private long _replacedAt;
    private bool _disposed;

    /// <param name="name">Its name.</param>
    /// <param name="options">The first configuration.</param>
    /// <param name="onReplacing">
    /// Called with a checked configuration before it takes the place of the present one, which stays if this throws; and with the present one,
    /// should the other fail afterwards.
    /// </param>
    internal HostedRouter(string name, RouterOptions options, Action<HostedRouter, RouterOptions>? onReplacing = null)
    {
        (Name, _onReplacing, _time) = (name, onReplacing, options.TimeProvider);
        _snapshot = new Snapshot(new Router(options));
    }

    /// <summary>The router's name; of the default one, <c>default</c>.</summary>
    public string Name { get; }

    /// <summary>The router to decide by now.</summary>
    public Router Current => Volatile.Read(ref _snapshot).Router;

    /// <summary>The configuration in force, as JSON with everything filled in.</summary>
    public ReadOnlyMemory<byte> ConfigurationJson => Volatile.Read(ref _snapshot).Json;

    /// <summary>A strong entity tag of <see cref="ConfigurationJson"/> (RFC 9110, section 8.8.3), in quotes.</summary>
    public string ETag => Volatile.Read(ref _snapshot).ETag;

    /// <summary>When the configuration was last replaced; null if never.</summary>
    public DateTimeOffset? ReplacedAt { get; private set; }

    /// <summary>How long ago that was, whatever was done to the clock on the wall since.</summary>
    internal TimeSpan? SinceReplaced => ReplacedAt is null ? null : _time.GetElapsedTime(Volatile.Read(ref _replacedAt));

    /// <summary>Puts another configuration in force; all that was learned is kept, by name.</summary>
    /// <param name="options">The configuration; its state directory is the present one, or not given.</param>
    /// <exception cref="RouterConfigurationException">An option is not usable; nothing changed.</exception>
    /// <exception cref="InvalidOperationException">It would need more memory than there may be, or was replaced too often just now; nothing changed.</exception>
    /// <exception cref="IOException">The state or the configuration could not be written; nothing changed.</exception>
    /// <exception cref="ObjectDisposedException">The router was removed.</exception>
    public void Replace(RouterOptions options) => TryReplace(options, ifMatch: null);

    /// <summary>Puts another configuration in force if the present one is still the one that the caller has seen.</summary>
    /// <param name="options">The configuration; its state directory is the present one, or not given.</param>
    /// <param name="ifMatch">The <see cref="ETag"/> that the caller has seen; null for any.</param>
    /// <returns>False, and nothing changed, if the configuration is another by now.</returns>
    /// <inheritdoc cref="Replace" path="/exception"/>
    public bool TryReplace(RouterOptions options, string? ifMatch)
    {
        ArgumentNullException.ThrowIfNull(options);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (ifMatch is not null && ifMatch != _snapshot.ETag)
            {
                return false;
            }

            if (_retired.Count == MaxRetired)
            {
                throw new InvalidOperationException(
                    $"The configuration of the router '{Name}' was replaced {MaxRetired} times within {Grace.TotalSeconds} seconds; wait a little.");
            }

            Router before = _snapshot.Router;
            using (var probe = new Router(options with { StateDirectory = null }))
            {
                // Whatever is wrong with the options is wrong here, before anything is written.
                _onReplacing?.Invoke(this, probe.Options);
            }

            Router successor;
            try
            {
                successor = before.Succeed(options with { StateDirectory = before.Options.StateDirectory, TimeProvider = _time });
            }
            catch
            {
                // So that a restart finds what is in force, not what failed.
                _onReplacing?.Invoke(this, before.Options);
                throw;
            }

            Volatile.Write(ref _snapshot, new Snapshot(successor));
            Volatile.Write(ref _replacedAt, _time.GetTimestamp());
            ReplacedAt = _time.GetUtcNow();
            Retire(before);
            return true;
        }
    }

    /// <summary>Ends the router; its state is flushed.</summary>
    internal void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            foreach ((Router router, Timer timer) in _retired)
            {
                timer.Dispose();
                router.Dispose();
            }

            _snapshot.Router.Dispose();
        }
    }

    private void Retire(Router router)
    {
        var timer = new Timer(_ =>
        {
            lock (_gate)
            {
                int index = _retired.FindIndex(entry => entry.Router == router);
                if (index >= 0)
                {
                    _retired[index].Timer.Dispose();
                    _retired.RemoveAt(index);
                    router.Dispose();
                }
            }
        });
        _retired.Add((router, timer));
        timer.Change(Grace, Timeout.InfiniteTimeSpan);
    }

    private sealed class Snapshot(Router router)
    {
        public Router Router { get; } = router;

        public byte[] Json { get; } = router.Options.ToJson();

        public string ETag => field ??= $"\"{Convert.ToHexStringLower(SHA256.HashData(Json).AsSpan(0, 16))}\"";
    }
}
