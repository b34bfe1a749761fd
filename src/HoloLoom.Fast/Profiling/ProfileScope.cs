namespace HoloLoom.Fast.Profiling;

/// <summary>Times what happens until it is disposed; nothing, if this one is not of the sample.</summary>
public readonly struct ProfileScope : IDisposable
{
    private readonly Profiler? _profiler;
    private readonly LatencyChannel? _channel;
    private readonly long _start;

    internal ProfileScope(Profiler profiler, LatencyChannel channel)
    {
        (_profiler, _channel) = (profiler, channel);
        _start = profiler.Options.TimeProvider.GetTimestamp();
    }

    /// <summary>Records the time since the scope was opened.</summary>
    public void Dispose()
    {
        if (_channel is not null)
        {
            _channel.Record(_profiler!.Options.TimeProvider.GetElapsedTime(_start).TotalMilliseconds);
        }
    }
}
