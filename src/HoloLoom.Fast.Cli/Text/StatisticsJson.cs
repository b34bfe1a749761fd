using System.Text.Encodings.Web;
using System.Text.Json;

namespace HoloLoom.Fast.Cli.Text;

/// <summary>Statistics as a JSON object.</summary>
internal static class StatisticsJson
{
    public static void Write(OutputBuffer output, RouterStatistics statistics)
    {
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("strategy"u8, statistics.Strategy);
            json.WriteNumber("decisions"u8, statistics.Decisions);
            json.WriteNumber("outcomes"u8, statistics.Outcomes);
            WriteCounts(json, "decisions_by_strategy", statistics.DecisionsByStrategy);
            WriteCounts(json, "outcomes_by_result", statistics.OutcomesByResult);
            json.WriteStartObject("query_types"u8);
            foreach (QueryTypeStatistics type in statistics.QueryTypes)
            {
                WriteType(json, type);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        output.Write((byte)'\n');
        output.Flush();
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

    private static void WriteType(Utf8JsonWriter json, QueryTypeStatistics type)
    {
        json.WriteStartObject(type.Name);
        json.WriteNumber("decisions"u8, type.Decisions);
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
            json.WriteNumber("decisions"u8, cell.Decisions);
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
