using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace HoloLoom.Fast;

public sealed partial record RouterStatistics
{
    // Names may be in any script, and people read this.
    private static readonly JsonWriterOptions s_forPeople = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>All of it as an indented JSON object, UTF-8, for people and their tools: what <c>hololoom stats --json</c> prints.</summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_forPeople))
        {
            json.WriteStartObject();
            json.WriteString("strategy"u8, Strategy);
            json.WriteNumber("decisions"u8, Decisions);
            json.WriteNumber("outcomes"u8, Outcomes);
            WriteCounts(json, "decisions_by_strategy", DecisionsByStrategy);
            if (DecisionsByVariant.Count > 0)
            {
                WriteCounts(json, "decisions_by_variant", DecisionsByVariant);
            }

            WriteCounts(json, "outcomes_by_result", OutcomesByResult);
            WriteTypes(json, QueryTypes, withDecisions: true);
            if (Variants.Count > 0)
            {
                json.WriteStartObject("variants"u8);
                foreach (VariantStatistics variant in Variants)
                {
                    json.WriteStartObject(variant.Name);
                    WriteTypes(json, variant.QueryTypes, withDecisions: false);
                    json.WriteEndObject();
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteCounts(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, long> counts)
    {
        json.WriteStartObject(name);
        foreach ((string key, long count) in counts)
        {
            json.WriteNumber(key, count);
        }

        json.WriteEndObject();
    }

    private static void WriteTypes(Utf8JsonWriter json, IReadOnlyList<QueryTypeStatistics> types, bool withDecisions)
    {
        json.WriteStartObject("query_types"u8);
        foreach (QueryTypeStatistics type in types)
        {
            WriteType(json, type, withDecisions);
        }

        json.WriteEndObject();
    }

    private static void WriteType(Utf8JsonWriter json, QueryTypeStatistics type, bool withDecisions)
    {
        json.WriteStartObject(type.Name);
        if (withDecisions)
        {
            json.WriteNumber("decisions"u8, type.Decisions);
        }

        json.WriteStartObject("backends"u8);
        foreach (CellStatistics cell in type.Backends)
        {
            json.WriteStartObject(cell.Backend);
            json.WriteNumber("alpha"u8, cell.Alpha);
            json.WriteNumber("beta"u8, cell.Beta);
            json.WriteNumber("mean"u8, cell.Mean);
            json.WriteStartArray("interval"u8);
            json.WriteNumberValue(cell.IntervalLow);
            json.WriteNumberValue(cell.IntervalHigh);
            json.WriteEndArray();
            if (withDecisions)
            {
                json.WriteNumber("decisions"u8, cell.Decisions);
            }

            json.WriteNumber("outcomes"u8, cell.Outcomes);
            json.WriteNumber("mean_reward"u8, cell.MeanReward);
            json.WriteNumber("mean_latency_ms"u8, cell.MeanLatencyMs);
            json.WriteNumber("max_latency_ms"u8, cell.MaxLatencyMs);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
