using HoloLoom.Fast.Hosting;
using HoloLoom.Fast.Hosting.Metering;

namespace HoloLoom.Fast.Server.Status;

/// <summary>What the routers of a server did in the last hour, in intervals of five seconds.</summary>
/// <remarks>In memory only, some 100 bytes a router and interval. Longer histories are for Prometheus.</remarks>
internal sealed class History : IDisposable
{
    /// <summary>Points of a router that are kept.</summary>
    public const int Points = 720;

    /// <summary>Points of a minute.</summary>
    public const int PointsOfAMinute = 12;

    /// <summary>How long an interval is; longer if reading all routers takes long.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(5);

    // Reading may take this part of a processor.
    private const int Idleness = 100;

    private readonly RegistryReader _reader;
    private readonly ServerLatencies _latencies;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private Dictionary<HostedRouter, RouterHistory> _routers = [];
    private readonly long _beganAt;
    private long _sampledAt;
    private TimeSpan _took;
    private bool _disposed;

    public History(RegistryReader reader, ServerLatencies latencies, TimeProvider time)
    {
        (_reader, _latencies, _time) = (reader, latencies, time);
        _beganAt = _sampledAt = time.GetTimestamp();
        foreach (RouterReading reading in reader.Read())
        {
            var history = new RouterHistory();
            history.Begin(reading.Statistics);
            _routers.Add(reading.Router, history);
        }

        _timer = time.CreateTimer(static history => ((History)history!).Sample(), this, Length, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How long the server has been there.</summary>
    public TimeSpan Uptime => _time.GetElapsedTime(_beganAt);

    /// <summary>The points of a router, oldest first; none if it is not known yet.</summary>
    public IReadOnlyList<HistoryPoint> Of(HostedRouter router)
    {
        lock (_gate)
        {
            return _routers.GetValueOrDefault(router)?.Points ?? [];
        }
    }

    /// <summary>When an interval ended, by the clock on the wall as it is now: times of one reading are in order, wherever that clock was set meanwhile.</summary>
    public DateTimeOffset EndOf(HistoryInterval interval) => _time.GetUtcNow() - _time.GetElapsedTime(interval.Ended);

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        _timer.Dispose();
    }

    private void Sample()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            long began = _time.GetTimestamp();
            try
            {
                Sample(began);
            }
            catch (ObjectDisposedException)
            {
                // A router was removed while it was read; the next interval is longer.
            }

            // The lesser of two: the first reading is slow for the compiler's sake, and any one for another program's.
            TimeSpan took = _time.GetElapsedTime(began);
            TimeSpan rest = (took < _took ? took : _took) * Idleness;
            TimeSpan due = Length - took;
            _took = took;
            _timer.Change(rest > due ? rest : due, Timeout.InfiniteTimeSpan);
        }
    }

    private void Sample(long now)
    {
        IReadOnlyList<RouterReading> readings = _reader.Read();
        var interval = new HistoryInterval(
            now, _time.GetElapsedTime(_sampledAt, now).TotalSeconds, [.. _latencies.All.Select(static latencies => latencies.EndInterval())]);
        _sampledAt = now;
        var routers = new Dictionary<HostedRouter, RouterHistory>();
        foreach (RouterReading reading in readings)
        {
            RouterHistory history = _routers.GetValueOrDefault(reading.Router) ?? new RouterHistory();
            history.Add(interval, reading.Statistics);
            routers.Add(reading.Router, history);
        }

        _routers = routers;
    }
}
