using Prometheus;

namespace HoloLoom.Fast.Server.Metrics;

/// <summary>Series of a name, set from outside; the first label is the router's name. A name that ends in <c>_total</c> is a counter's.</summary>
internal sealed class Family
{
    private readonly Collector<Counter.Child>? _counter;
    private readonly Collector<Gauge.Child>? _gauge;
    private readonly Dictionary<Labels, Entry> _series = [];
    private long _round;

    public Family(MetricFactory factory, string name, string help, params string[] labels)
    {
        if (name.EndsWith("_total", StringComparison.Ordinal))
        {
            _counter = factory.CreateCounter(name, help, labels);
        }
        else
        {
            _gauge = factory.CreateGauge(name, help, labels);
        }
    }

    /// <summary>Sets a series.</summary>
    public void Set(double value, string first, string second = "", string third = "")
    {
        var key = new Labels(first, second, third);
        if (!_series.TryGetValue(key, out Entry? entry))
        {
            string[] values = [.. ((string[])[first, second, third])[..(_counter?.LabelNames.Length ?? _gauge!.LabelNames.Length)]];
            _series[key] = entry = new Entry(values, _counter?.WithLabels(values), _gauge?.WithLabels(values));
        }

        entry.Round = _round;
        entry.Counter?.IncTo(value);
        entry.Gauge?.Set(value);
    }

    /// <summary>Removes all series of a router.</summary>
    public void Remove(string first) => RemoveWhere(entry => entry.Values[0] == first);

    /// <summary>Removes the series that were not set since the last time.</summary>
    public void RemoveUnset()
    {
        RemoveWhere(entry => entry.Round != _round);
        _round++;
    }

    private void RemoveWhere(Func<Entry, bool> isGone)
    {
        foreach ((Labels key, Entry entry) in _series)
        {
            if (isGone(entry))
            {
                _counter?.RemoveLabelled(entry.Values);
                _gauge?.RemoveLabelled(entry.Values);
                _series.Remove(key);
            }
        }
    }

    private readonly record struct Labels(string First, string Second, string Third);

    private sealed record Entry(string[] Values, ICounter? Counter, IGauge? Gauge)
    {
        public long Round { get; set; }
    }
}
