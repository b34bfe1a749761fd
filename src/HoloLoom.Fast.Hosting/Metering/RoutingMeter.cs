using System.Diagnostics.Metrics;

namespace HoloLoom.Fast.Hosting.Metering;

/// <summary>
/// Measures the routers of a registry by a meter of <c>System.Diagnostics.Metrics</c>, which OpenTelemetry, <c>dotnet-counters</c> and others
/// read. Nothing is measured until somebody does.
/// </summary>
/// <remarks>
/// Its instruments, with their attributes: <c>hololoom.decisions</c> (router, query_type, backend), <c>hololoom.strategy.decisions</c> (router,
/// strategy), <c>hololoom.variant.decisions</c> (router, experiment, variant), <c>hololoom.outcomes</c> (router, result),
/// <c>hololoom.posterior.mean</c> (router, query_type, backend), <c>hololoom.flush.lag</c> in seconds (router), <c>hololoom.flush.errors</c>
/// (router) and <c>hololoom.routers</c>. Counts are over all processes that shared a router's state.
/// </remarks>
public sealed class RoutingMeter : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string Name = "HoloLoom.Fast";

    private static readonly TimeSpan s_collection = TimeSpan.FromSeconds(1);

    private readonly Meter _meter;
    private readonly bool _ownsMeter;
    private readonly Lock _gate = new();
    private IReadOnlyList<RouterReading> _readings = [];
    private long _takenAt;
    private int _instruments;
    private int _seen = ~0;
    private bool _disposed;

    /// <summary>Makes the instruments.</summary>
    /// <param name="registry">The routers to measure.</param>
    /// <param name="factory">Makes the meter, and ends it. Null: it is made here, and ends with this.</param>
    public RoutingMeter(RouterRegistry registry, IMeterFactory? factory = null)
    {
        ArgumentNullException.ThrowIfNull(registry);
        Reader = new RegistryReader(registry);
        _ownsMeter = factory is null;
        _meter = factory?.Create(Name) ?? new Meter(Name);
        Counter("hololoom.decisions", "{decision}", "Decisions by query type and backend.", static router => router.Cells.Select(cell =>
            Measure(cell.Decisions, router, ("query_type", cell.QueryType), ("backend", cell.Backend))));
        Counter("hololoom.strategy.decisions", "{decision}", "Decisions by strategy.", static router => router.Strategies.Select(count =>
            Measure(count.Count, router, ("strategy", count.Name))));
        Counter("hololoom.variant.decisions", "{decision}", "Decisions by variant of the running experiment.", static router => router.Variants.Select(count =>
            Measure(count.Count, router, ("experiment", router.Experiment), ("variant", count.Name))));
        Counter("hololoom.outcomes", "{outcome}", "Reported outcomes by answer.", static router => router.Outcomes.Select(count =>
            Measure(count.Count, router, ("result", count.Name))));
        Gauge("hololoom.posterior.mean", "1", "Mean of the posterior of the reward.", static router => router.Cells.Select(cell =>
            Measure(cell.Mean, router, ("query_type", cell.QueryType), ("backend", cell.Backend))));
        Gauge("hololoom.flush.lag", "s", "How long there has been something to write to the state directory.", static router =>
            [Measure(router.Flush.Lag.TotalSeconds, router)]);
        Counter("hololoom.flush.errors", "{error}", "Flushes to the state directory that failed.", static router => [Measure(router.Flush.Errors, router)]);
        _meter.CreateObservableUpDownCounter("hololoom.routers", () => registry.Routers.Count, "{router}", "Routers that there are.");
    }

    /// <summary>What the instruments read by.</summary>
    internal RegistryReader Reader { get; }

    /// <summary>Whether a meter is this one's: there may be several of the name.</summary>
    internal bool Is(Meter meter) => ReferenceEquals(meter, _meter);

    /// <summary>Ends the measuring.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _readings = [];
        }

        if (_ownsMeter)
        {
            _meter.Dispose();
        }
    }

    private void Counter(string name, string unit, string description, Func<RouterReading, IEnumerable<Measurement<long>>> measure)
    {
        int bit = 1 << _instruments++;
        _meter.CreateObservableCounter(name, () => Collect(bit).SelectMany(measure), unit, description);
    }

    private void Gauge(string name, string unit, string description, Func<RouterReading, IEnumerable<Measurement<double>>> measure)
    {
        int bit = 1 << _instruments++;
        _meter.CreateObservableGauge(name, () => Collect(bit).SelectMany(measure), unit, description);
    }

    // Nobody tells when a collection begins. One does when an instrument is asked that has seen the present readings.
    private IReadOnlyList<RouterReading> Collect(int bit)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return [];
            }

            if ((_seen & bit) != 0 || TimeProvider.System.GetElapsedTime(_takenAt) > s_collection)
            {
                (_readings, _takenAt, _seen) = (Reader.Read(), TimeProvider.System.GetTimestamp(), 0);
            }

            _seen |= bit;
            return _readings;
        }
    }

    private static Measurement<T> Measure<T>(T value, RouterReading router, params ReadOnlySpan<(string Name, string Value)> attributes)
        where T : struct
    {
        var tags = new KeyValuePair<string, object?>[attributes.Length + 1];
        tags[0] = new("router", router.Router.Name);
        for (int i = 0; i < attributes.Length; i++)
        {
            tags[i + 1] = new(attributes[i].Name, attributes[i].Value);
        }

        return new Measurement<T>(value, tags);
    }
}
