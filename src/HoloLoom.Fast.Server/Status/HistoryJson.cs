using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace HoloLoom.Fast.Server.Status;

/// <summary>Points as JSON, in columns.</summary>
internal static class HistoryJson
{
    // Names may be in any script, and this is never a part of a page.
    private static readonly JsonWriterOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="points">The points, oldest first.</param>
    /// <param name="ends">When an interval ended.</param>
    /// <param name="latencies">What their latencies are of.</param>
    public static ArrayBufferWriter<byte> Write(IReadOnlyList<HistoryPoint> points, Func<HistoryInterval, DateTimeOffset> ends, IReadOnlyList<Latencies> latencies)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using var json = new Utf8JsonWriter(buffer, s_compact);
        json.WriteStartObject();
        json.WriteNumber("interval_seconds"u8, History.Length.TotalSeconds);
        Column("at", points, (json, point) => json.WriteNumberValue(ends(point.Interval).ToUnixTimeMilliseconds() / 1000.0));
        Column("seconds", points, static (json, point) => json.WriteNumberValue(Math.Round(point.Interval.Seconds, 3)));
        json.WriteStartObject("decisions"u8);
        foreach (string backend in Backends(points))
        {
            Column(backend, points, (json, point) => json.WriteNumberValue(DecisionsOf(point, backend)));
        }

        json.WriteEndObject();
        Column("outcomes", points, static (json, point) => json.WriteNumberValue(point.Outcomes));
        Column("mean_reward", points, static (json, point) => NumberOrNull(json, point.Outcomes > 0 ? Math.Round(point.Reward / point.Outcomes, 6) : null));
        json.WriteStartObject("latency"u8);
        for (int i = 0; i < latencies.Count; i++)
        {
            int index = i;
            json.WriteStartObject(latencies[i].Name);
            Column("count", points, (json, point) => json.WriteNumberValue(point.Interval.Latencies[index].Count));
            Column("p50_us", points, (json, point) => Microseconds(json, point.Interval.Latencies[index], static summary => summary.P50));
            Column("p99_us", points, (json, point) => Microseconds(json, point.Interval.Latencies[index], static summary => summary.P99));
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return buffer;

        void Column(string name, IReadOnlyList<HistoryPoint> of, Action<Utf8JsonWriter, HistoryPoint> value)
        {
            json.WriteStartArray(name);
            foreach (HistoryPoint point in of)
            {
                value(json, point);
            }

            json.WriteEndArray();
        }
    }

    /// <summary>The backends that were decided for, in the order of their first point.</summary>
    public static IEnumerable<string> Backends(IReadOnlyList<HistoryPoint> points) => points
        .SelectMany(static point => point.Backends.Where((_, i) => point.Decisions[i] > 0)).Distinct(StringComparer.Ordinal);

    public static long DecisionsOf(HistoryPoint point, string backend)
    {
        for (int i = 0; i < point.Backends.Count; i++)
        {
            if (point.Backends[i] == backend)
            {
                return point.Decisions[i];
            }
        }

        return 0;
    }

    private static void Microseconds(Utf8JsonWriter json, LatencySummary summary, Func<LatencySummary, long> quantile) =>
        NumberOrNull(json, summary.Count > 0 ? quantile(summary) / 1000.0 : null);

    private static void NumberOrNull(Utf8JsonWriter json, double? value)
    {
        if (value is double number)
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteNullValue();
        }
    }
}
