using System.Diagnostics;
using HdrHistogram;

namespace HoloLoom.Fast.Server.Status;

/// <summary>How long one kind of thing takes: in the present interval, in the last intervals together, and since the beginning. Within 1 %.</summary>
/// <remarks>Recording waits for nobody and allocates nothing.</remarks>
internal sealed class Latencies(string name, int intervals)
{
    private const long Longest = 60_000_000_000;

    private static readonly double s_nanoseconds = 1e9 / Stopwatch.Frequency;

    private readonly Recorder _recorder = new(1, Longest, 2, static (id, lowest, highest, digits) => new LongConcurrentHistogram(id, lowest, highest, digits));
    private readonly LongHistogram _total = new(Longest, 2);
    private readonly Queue<LongHistogram> _recent = new(intervals);
    private HistogramBase? _spare;

    /// <summary>What takes long, as a key of JSON.</summary>
    public string Name => name;

    /// <summary>Records one.</summary>
    /// <param name="ticks">How long it took, in ticks of <see cref="Stopwatch"/>.</param>
    /// <param name="parts">Of how many equal parts one is meant.</param>
    public void Record(long ticks, int parts = 1) => _recorder.RecordValue(Math.Clamp((long)(ticks * s_nanoseconds / parts), 1, Longest));

    /// <summary>Ends an interval.</summary>
    public LatencySummary EndInterval()
    {
        lock (_total)
        {
            _spare = _recorder.GetIntervalHistogram(_spare);
            LongHistogram interval = _recent.Count == intervals ? _recent.Dequeue() : new LongHistogram(Longest, 2);
            interval.Reset();
            if (_spare.TotalCount > 0)
            {
                interval.Add(_spare);
                _total.Add(_spare);
            }

            _recent.Enqueue(interval);
            return LatencySummary.Of(interval);
        }
    }

    /// <summary>The last intervals together.</summary>
    public LatencySummary Recent()
    {
        lock (_total)
        {
            var sum = new LongHistogram(Longest, 2);
            foreach (LongHistogram interval in _recent)
            {
                sum.Add(interval);
            }

            return LatencySummary.Of(sum);
        }
    }

    /// <summary>All intervals that have ended.</summary>
    public LatencySummary Total()
    {
        lock (_total)
        {
            return LatencySummary.Of(_total);
        }
    }
}

/// <summary>Latencies in nanoseconds; all 0 if there were none.</summary>
internal readonly record struct LatencySummary(long Count, long P50, long P95, long P99, long Max)
{
    public static LatencySummary Of(HistogramBase histogram) => histogram.TotalCount == 0 ? default : new(
        histogram.TotalCount,
        histogram.GetValueAtPercentile(50),
        histogram.GetValueAtPercentile(95),
        histogram.GetValueAtPercentile(99),
        histogram.GetMaxValue());
}
