using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace HoloLoom.Fast.Experiments;

public sealed partial record ExperimentReport
{
    private static readonly JsonWriterOptions s_forPeople = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>All of it as an indented JSON object, UTF-8. What is not a number, or infinite, is null.</summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_forPeople))
        {
            json.WriteStartObject();
            json.WriteString("experiment", Name);
            json.WriteString("winner", Winner);
            json.WriteString("verdict", Verdict);
            json.WriteString("advice", Advice);
            Number(json, "alpha", Alpha);
            json.WriteBoolean("shared_posteriors", SharedPosteriors);
            json.WriteBoolean("assigned_by_unit", AssignedByUnit);
            Number(json, "slice", Slice);
            json.WriteBoolean("mismatch_alarm", MismatchAlarm);
            Number(json, "mismatch_probability", MismatchProbability);
            Number(json, "more_outcomes", MoreOutcomes);
            json.WriteStartArray("variants");
            foreach (VariantReport variant in Variants)
            {
                Write(json, variant);
            }

            json.WriteEndArray();
            json.WriteStartArray("comparisons");
            foreach (ComparisonReport comparison in Comparisons)
            {
                Write(json, comparison);
            }

            json.WriteEndArray();
            json.WriteStartArray("steps");
            foreach (TrafficStep step in Steps)
            {
                json.WriteStartObject();
                json.WriteString("at", step.At);
                json.WriteString("kind", step.Kind);
                json.WriteString("variant", step.Variant);
                json.WriteString("reason", step.Reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, VariantReport variant)
    {
        json.WriteStartObject();
        json.WriteString("name", variant.Name);
        json.WriteString("strategy", variant.Strategy);
        Number(json, "share", variant.Share);
        json.WriteNumber("exposures", variant.Exposures);
        json.WriteNumber("outcomes", variant.Outcomes);
        Number(json, "success_rate", variant.SuccessRate);
        Number(json, "mean_reward", variant.MeanReward);
        Interval(json, "reward_interval", variant.RewardLow, variant.RewardHigh);
        Number(json, "mean_relevance", variant.MeanRelevance);
        Number(json, "mean_latency_ms", variant.MeanLatencyMs);
        Number(json, "p95_latency_ms", variant.P95LatencyMs);
        Number(json, "probability_best", variant.ProbabilityBest);
        Number(json, "expected_loss", variant.ExpectedLoss);
        Number(json, "composite", variant.Composite);
        json.WriteString("broken_guardrail", variant.BrokenGuardrail);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ComparisonReport comparison)
    {
        json.WriteStartObject();
        json.WriteString("better", comparison.Better);
        json.WriteString("other", comparison.Other);
        json.WriteNumber("outcomes", comparison.Outcomes);
        Number(json, "difference", comparison.Difference);
        Interval(json, "difference_interval", comparison.DifferenceLow, comparison.DifferenceHigh);
        Number(json, "lift", comparison.Lift);
        Interval(json, "lift_interval", comparison.LiftLow, comparison.LiftHigh);
        Number(json, "error_probability", comparison.ErrorProbability);
        json.WriteBoolean("sure", comparison.IsSure);
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string key, double? value)
    {
        json.WritePropertyName(key);
        Value(json, value);
    }

    private static void Interval(Utf8JsonWriter json, string key, double low, double high)
    {
        json.WriteStartArray(key);
        Value(json, low);
        Value(json, high);
        json.WriteEndArray();
    }

    private static void Value(Utf8JsonWriter json, double? value)
    {
        if (value is double number && double.IsFinite(number))
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteNullValue();
        }
    }
}
