using System.Diagnostics;
using HoloLoom.Fast.Server.Status;
using Prometheus;

namespace HoloLoom.Fast.Server.Metrics;

/// <summary>How long decisions take: of those made one by one every 32nd on each thread is timed, of batches each, divided by its queries.</summary>
internal sealed class DecisionTimes
{
    private const uint Every = 32;

    [ThreadStatic]
    private static uint t_count;

    private readonly Histogram.Child _single;
    private readonly Histogram.Child _batch;
    private readonly ServerLatencies _latencies;

    public DecisionTimes(MetricFactory factory, ServerLatencies latencies)
    {
        _latencies = latencies;

        // From 16 ns to 0.5 ms, by factors of two.
        Histogram durations = factory.CreateHistogram(
            "hololoom_decision_duration_seconds",
            "Time that the engine takes for a decision, sampled; in a batch, its time divided by its queries.",
            ["mode"],
            new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(16e-9, 2, 16) });
        (_single, _batch) = (durations.WithLabels("single"), durations.WithLabels("batch"));
    }

    /// <summary>The time, if the decision that is about to be made is to be timed; else 0.</summary>
    public static long Begin() => t_count++ % Every == 0 ? Stopwatch.GetTimestamp() : 0;

    /// <summary>Notes a decision.</summary>
    /// <param name="began">What <see cref="Begin"/> said.</param>
    public void End(long began)
    {
        if (began != 0)
        {
            long ticks = Stopwatch.GetTimestamp() - began;
            _single.Observe(ticks / (double)Stopwatch.Frequency);
            _latencies.Decision.Record(ticks);
        }
    }

    /// <summary>Notes a batch.</summary>
    /// <param name="began">When it began, by <see cref="Stopwatch"/>.</param>
    /// <param name="queries">How many queries it had, at least one.</param>
    public void EndBatch(long began, int queries)
    {
        long ticks = Stopwatch.GetTimestamp() - began;
        _batch.Observe(ticks / (double)Stopwatch.Frequency / queries);
        _latencies.DecisionInBatch.Record(ticks, queries);
    }
}
