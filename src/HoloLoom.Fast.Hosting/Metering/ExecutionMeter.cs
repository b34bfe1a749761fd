using System.Diagnostics.Metrics;
using HoloLoom.Fast.Execution;

namespace HoloLoom.Fast.Hosting.Metering;

/// <summary>
/// Measures an orchestrator by a meter of the same name as <see cref="RoutingMeter"/>'s: its result cache and its circuits. Nothing is measured
/// until somebody reads.
/// </summary>
/// <remarks>
/// Its instruments, with their attributes: <c>hololoom.cache.lookups</c> (orchestrator, result: <c>hit</c> or <c>miss</c>),
/// <c>hololoom.cache.entries</c> (orchestrator), both 0 without a result cache; and <c>hololoom.circuit.open</c> (orchestrator, backend), 0 while
/// calls go through and 1 while they do not, or one tries whether they do again.
/// </remarks>
public sealed class ExecutionMeter : IDisposable
{
    private readonly Orchestrator _orchestrator;
    private readonly KeyValuePair<string, object?> _name;
    private readonly Meter _meter;
    private readonly bool _ownsMeter;
    private volatile bool _disposed;

    /// <summary>Makes the instruments.</summary>
    /// <param name="orchestrator">What to measure.</param>
    /// <param name="name">What to call it, where there are several.</param>
    /// <param name="factory">Makes the meter, and ends it. Null: it is made here, and ends with this.</param>
    public ExecutionMeter(Orchestrator orchestrator, string name = RouterRegistry.DefaultName, IMeterFactory? factory = null)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        ArgumentException.ThrowIfNullOrEmpty(name);
        (_orchestrator, _name) = (orchestrator, new("orchestrator", name));
        _ownsMeter = factory is null;
        _meter = factory?.Create(RoutingMeter.Name) ?? new Meter(RoutingMeter.Name);
        _meter.CreateObservableCounter("hololoom.cache.lookups", Lookups, "{lookup}", "Look-ups of the result cache by what came of them.");
        _meter.CreateObservableUpDownCounter("hololoom.cache.entries", Entries, "{entry}", "Results that are remembered.");
        _meter.CreateObservableGauge("hololoom.circuit.open", Circuits, "1", "Whether the circuit of a backend is other than closed.");
    }

    /// <summary>Ends the measuring.</summary>
    public void Dispose()
    {
        _disposed = true;
        if (_ownsMeter)
        {
            _meter.Dispose();
        }
    }

    private IEnumerable<Measurement<long>> Lookups()
    {
        if (_disposed)
        {
            return [];
        }

        CacheStatistics cache = _orchestrator.CacheStatistics;
        return [new(cache.Hits, _name, new("result", "hit")), new(cache.Misses, _name, new("result", "miss"))];
    }

    private IEnumerable<Measurement<long>> Entries() => _disposed ? [] : [new(_orchestrator.CacheStatistics.Count, _name)];

    private IEnumerable<Measurement<int>> Circuits()
    {
        if (_disposed)
        {
            return [];
        }

        BackendSet open = _orchestrator.OpenCircuits;
        return _orchestrator.Router.Backends.Select((backend, index) => new Measurement<int>(open.Contains(index) ? 1 : 0, _name, new("backend", backend)));
    }
}
