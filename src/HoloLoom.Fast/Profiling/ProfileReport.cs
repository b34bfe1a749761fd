using System.Text.Json;
using System.Text.Json.Serialization;

namespace HoloLoom.Fast.Profiling;

/// <summary>How many times took less than <paramref name="BelowMs"/>, and at least half of it.</summary>
/// <param name="BelowMs">The upper bound, a power of two nanoseconds, in milliseconds.</param>
/// <param name="Count">How many.</param>
public readonly record struct LatencyBucket(double BelowMs, long Count);

/// <summary>The latencies of one operation, pattern, backend or query type. Right within 1 %.</summary>
/// <remarks>
/// Failures count with the time until they were known. A call that was taken back because its hedge, begun later, had answered counts with the
/// time until then, which is less than it would have taken, and is no error.
/// </remarks>
/// <param name="Name">Its name.</param>
/// <param name="Count">Measurements. Of decisions only a sample is measured.</param>
/// <param name="Errors">How many of them failed.</param>
/// <param name="Rejections">Calls that were not made: circuit open, concurrency limit, deadline.</param>
/// <param name="MeanMs">Mean, in milliseconds.</param>
/// <param name="P50Ms">Median.</param>
/// <param name="P95Ms">95 % are not above.</param>
/// <param name="P99Ms">99 % are not above.</param>
/// <param name="MaxMs">The largest.</param>
/// <param name="Distribution">Counts per power of two.</param>
public sealed record LatencySummary(
    string Name,
    long Count,
    long Errors,
    long Rejections,
    double MeanMs,
    double P50Ms,
    double P95Ms,
    double P99Ms,
    double MaxMs,
    IReadOnlyList<LatencyBucket> Distribution);

/// <summary>Something to look at.</summary>
/// <param name="What">What was found, with the figures.</param>
/// <param name="Recommendation">What to do, naming the setting.</param>
public sealed record Bottleneck(string What, string Recommendation);

/// <summary>One interval between two snapshots.</summary>
/// <param name="At">Its end.</param>
/// <param name="Seconds">Its length.</param>
/// <param name="ExecutionsPerSecond">Throughput: executions that have ended, failed ones included; not those that found every circuit open, and so called nobody.</param>
/// <param name="CacheHitRate">Hits over look-ups, 0..1; null without a look-up.</param>
/// <param name="Operations">By operation.</param>
/// <param name="Patterns">By pattern.</param>
/// <param name="Backends">By backend.</param>
/// <param name="QueryTypes">By query type.</param>
public sealed record ProfileSnapshot(
    DateTimeOffset At,
    double Seconds,
    double ExecutionsPerSecond,
    double? CacheHitRate,
    IReadOnlyList<LatencySummary> Operations,
    IReadOnlyList<LatencySummary> Patterns,
    IReadOnlyList<LatencySummary> Backends,
    IReadOnlyList<LatencySummary> QueryTypes);

/// <summary>Where the time goes, and what to do about it.</summary>
/// <param name="Summary">Everything since the profiler began.</param>
/// <param name="OpenCircuits">
/// Backends whose circuit is open now. One whose break time is over counts as not open, even if nothing has called since. An orchestrator
/// that is no longer in use has its say until the garbage collector has taken it.
/// </param>
/// <param name="Bottlenecks">What to look at.</param>
public sealed partial record ProfileReport(ProfileSnapshot Summary, IReadOnlyList<string> OpenCircuits, IReadOnlyList<Bottleneck> Bottlenecks)
{
    /// <summary>The report as JSON, UTF-8.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, JsonContext.Default.ProfileReport);

    /// <summary>The report as text, for people.</summary>
    public override string ToString() => ReportText.Of(this);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
    [JsonSerializable(typeof(ProfileReport))]
    private sealed partial class JsonContext : JsonSerializerContext;
}
