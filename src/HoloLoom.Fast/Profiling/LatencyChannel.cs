using HdrHistogram;

namespace HoloLoom.Fast.Profiling;

/// <summary>What is timed.</summary>
internal enum ProfileKind
{
    Operation,
    Pattern,
    Backend,
    QueryType,
}

/// <summary>Latencies of one thing, in histograms of two significant digits from 1 ns to an hour: every quantile is right within 1 %.</summary>
internal sealed class LatencyChannel(ProfileKind kind, string name)
{
    private const long Longest = 3_600_000_000_000;

    private readonly Recorder _recorder = new(1, Longest, 2, static (id, lowest, highest, digits) => new LongConcurrentHistogram(id, lowest, highest, digits));
    private readonly LongHistogram _total = new(Longest, 2);
    private readonly LongHistogram _window = new(Longest, 2);
    private HistogramBase? _spare;
    private long _errors;
    private long _rejections;
    private long _windowErrors;
    private long _windowRejections;

    public ProfileKind Kind => kind;

    public string Name => name;

    public void Record(double milliseconds) => Record((long)(milliseconds * 1e6));

    public void Record(long nanoseconds) => _recorder.RecordValue(Math.Clamp(nanoseconds, 1, Longest));

    public void CountError() => Interlocked.Increment(ref _errors);

    public void CountRejection() => Interlocked.Increment(ref _rejections);

    /// <summary>All that was recorded since the beginning.</summary>
    public LatencySummary Total()
    {
        lock (_total)
        {
            Drain();
            return Summarise(_total, Volatile.Read(ref _errors), Volatile.Read(ref _rejections));
        }
    }

    /// <summary>What was recorded since the last call.</summary>
    public LatencySummary Window()
    {
        lock (_total)
        {
            Drain();
            (long errors, long rejections) = (Volatile.Read(ref _errors), Volatile.Read(ref _rejections));
            LatencySummary summary = Summarise(_window, errors - _windowErrors, rejections - _windowRejections);
            (_windowErrors, _windowRejections) = (errors, rejections);
            _window.Reset();
            return summary;
        }
    }

    private void Drain()
    {
        _spare = _recorder.GetIntervalHistogram(_spare);
        if (_spare.TotalCount > 0)
        {
            _total.Add(_spare);
            _window.Add(_spare);
        }
    }

    private LatencySummary Summarise(LongHistogram histogram, long errors, long rejections)
    {
        if (histogram.TotalCount == 0)
        {
            return new LatencySummary(name, 0, errors, rejections, 0, 0, 0, 0, 0, []);
        }

        var buckets = new SortedDictionary<int, long>();
        foreach (var value in histogram.RecordedValues())
        {
            int power = System.Numerics.BitOperations.Log2((ulong)Math.Max(1, value.ValueIteratedTo)) + 1;
            buckets[power] = buckets.GetValueOrDefault(power) + value.CountAtValueIteratedTo;
        }

        return new LatencySummary(
            name,
            histogram.TotalCount,
            errors,
            rejections,
            histogram.GetMean() / 1e6,
            histogram.GetValueAtPercentile(50) / 1e6,
            histogram.GetValueAtPercentile(95) / 1e6,
            histogram.GetValueAtPercentile(99) / 1e6,
            histogram.GetMaxValue() / 1e6,
            [.. buckets.Select(static bucket => new LatencyBucket((1L << bucket.Key) / 1e6, bucket.Value))]);
    }
}
