using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Profiling;

/// <summary>
/// Measures where the time goes: latencies per operation, pattern, backend and query type, throughput and cache hits; and says what to fix.
/// An orchestrator fills one by itself (<see cref="Execution.OrchestratorOptions.Profiler"/>); scopes are for everybody else.
/// </summary>
/// <example>
/// <code>
/// using (profiler.ProfileRouting())
/// {
///     decision = router.Route(query);
/// }
/// </code>
/// </example>
public sealed class Profiler
{
    // Shared by all profilers of a thread: it is about how often to look, not about whose turn it is.
    [ThreadStatic]
    private static int t_countdown;

    private readonly ConcurrentDictionary<(ProfileKind, string), LatencyChannel> _channels = new();
    private readonly LatencyChannel _routing;
    private readonly List<Func<IEnumerable<string>?>> _circuits = [];
    private readonly Queue<ProfileSnapshot> _snapshots = new();
    private readonly Lock _gate = new();
    private readonly long _start;
    private long _windowStart;
    private long _hits;
    private long _misses;
    private long _windowHits;
    private long _windowMisses;

    /// <summary>Creates a profiler; its time begins now.</summary>
    /// <param name="options">Null: the defaults.</param>
    /// <exception cref="RouterConfigurationException">A value is not usable.</exception>
    public Profiler(ProfilerOptions? options = null)
    {
        Options = (options ?? new ProfilerOptions()).Checked();
        _routing = Channel(ProfileKind.Operation, "routing");
        _start = _windowStart = Options.TimeProvider.GetTimestamp();
    }

    /// <summary>The options in force.</summary>
    public ProfilerOptions Options { get; }

    /// <summary>The snapshots taken, oldest first.</summary>
    public IReadOnlyList<ProfileSnapshot> Snapshots
    {
        get
        {
            lock (_gate)
            {
                return [.. _snapshots];
            }
        }
    }

    /// <summary>Times a decision, one in <see cref="ProfilerOptions.RoutingSampleRate"/> on average.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ProfileScope ProfileRouting() => --t_countdown >= 0 ? default : Sample();

    /// <summary>Times an execution.</summary>
    /// <param name="pattern">The pattern's name.</param>
    public ProfileScope ProfileExecution(string pattern) => new(this, Channel(ProfileKind.Pattern, pattern));

    /// <summary>Times a call of a backend.</summary>
    /// <param name="backend">The backend's name.</param>
    public ProfileScope ProfileBackend(string backend) => new(this, Channel(ProfileKind.Backend, backend));

    /// <summary>Times anything else.</summary>
    /// <param name="operation">What it is called in the report.</param>
    public ProfileScope Profile(string operation) => new(this, Channel(ProfileKind.Operation, operation));

    /// <summary>Counts a look-up in a cache.</summary>
    /// <param name="hit">Whether something was found.</param>
    public void RecordCacheLookup(bool hit) => Interlocked.Increment(ref hit ? ref _hits : ref _misses);

    /// <summary>Ends an interval, and begins the next.</summary>
    /// <returns>What was measured since the last snapshot, or the beginning.</returns>
    public ProfileSnapshot TakeSnapshot()
    {
        lock (_gate)
        {
            long now = Options.TimeProvider.GetTimestamp();
            (long hits, long misses) = (Volatile.Read(ref _hits), Volatile.Read(ref _misses));
            double seconds = Options.TimeProvider.GetElapsedTime(_windowStart, now).TotalSeconds;
            ProfileSnapshot snapshot = Summarise(static channel => channel.Window(), seconds, hits - _windowHits, misses - _windowMisses);
            (_windowStart, _windowHits, _windowMisses) = (now, hits, misses);
            _snapshots.Enqueue(snapshot);
            if (_snapshots.Count > Options.MaximumSnapshots)
            {
                _snapshots.Dequeue();
            }

            return snapshot;
        }
    }

    /// <summary>Everything since the beginning, with bottlenecks and what to do about them.</summary>
    public ProfileReport Report()
    {
        lock (_gate)
        {
            double seconds = Options.TimeProvider.GetElapsedTime(_start).TotalSeconds;
            ProfileSnapshot summary = Summarise(static channel => channel.Total(), seconds, Volatile.Read(ref _hits), Volatile.Read(ref _misses));
            string[] open = OpenCircuits();
            return new ProfileReport(summary, open, BottleneckFinder.Find(summary, Volatile.Read(ref _hits) + Volatile.Read(ref _misses), open, Options));
        }
    }

    internal LatencyChannel Channel(ProfileKind kind, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _channels.GetOrAdd((kind, name), static key => new LatencyChannel(key.Item1, key.Item2));
    }

    /// <summary>Has a report ask for open circuits.</summary>
    /// <param name="open">The backends whose circuit is open; null once there is nobody to ask any more, and then it is forgotten.</param>
    internal void AddCircuits(Func<IEnumerable<string>?> open)
    {
        lock (_gate)
        {
            // Here too, as there may never be a report.
            _ = OpenCircuits();
            _circuits.Add(open);
        }
    }

    // With the gate held.
    private string[] OpenCircuits()
    {
        var found = new List<string>();
        _circuits.RemoveAll(circuits =>
        {
            IEnumerable<string>? open = circuits();
            found.AddRange(open ?? []);
            return open is null;
        });
        return [.. found.Distinct()];
    }

    // The distance to the next sample is drawn, so that no rhythm of the caller's can hide from it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ProfileScope Sample()
    {
        t_countdown = Random.Shared.Next(2 * Options.RoutingSampleRate - 1);
        return new ProfileScope(this, _routing);
    }

    private ProfileSnapshot Summarise(Func<LatencyChannel, LatencySummary> read, double seconds, long hits, long misses)
    {
        ILookup<ProfileKind, LatencySummary> rows = _channels.Values
            .Select(channel => (channel.Kind, Summary: read(channel)))
            .Where(static row => row.Summary.Count + row.Summary.Rejections > 0)
            .OrderBy(static row => row.Summary.Name, StringComparer.Ordinal)
            .ToLookup(static row => row.Kind, static row => row.Summary);
        return new ProfileSnapshot(
            Options.TimeProvider.GetUtcNow(),
            seconds,
            seconds > 0 ? rows[ProfileKind.Pattern].Sum(static row => row.Count) / seconds : 0,
            hits + misses == 0 ? null : (double)hits / (hits + misses),
            [.. rows[ProfileKind.Operation]],
            [.. rows[ProfileKind.Pattern]],
            [.. rows[ProfileKind.Backend]],
            [.. rows[ProfileKind.QueryType]]);
    }
}
