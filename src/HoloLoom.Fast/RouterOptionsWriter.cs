using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using HoloLoom.Fast.Classification;
using HoloLoom.Fast.Internals;

namespace HoloLoom.Fast;

/// <summary>Options as JSON for people: every key, indented, durations in words, patterns in their shortest form.</summary>
internal static class RouterOptionsWriter
{
    // Not for HTML: patterns in any script should read as they were written.
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(RouterOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, Indented))
        {
            json.WriteStartObject();
            WriteNames(json, "backends", options.Backends);
            WriteQueryTypes(json, options.QueryTypes);
            WriteNames(json, "fallback", options.Fallback);
            if (options.CustomStrategy is null)
            {
                json.WriteString("strategy", options.Strategy);
            }

            WriteReward(json, options.Reward);
            json.WritePropertyName("prior");
            WritePrior(json, options.Prior);
            WriteDuration(json, "halfLife", options.HalfLife);
            WriteExperiment(json, options.Experiment);
            if (options.Seed is ulong seed)
            {
                json.WriteNumber("seed", seed);
            }
            else
            {
                json.WriteNull("seed");
            }

            json.WriteNumber("node", options.Node);
            json.WriteNumber("duplicateWindow", options.DuplicateWindow);
            WriteDuration(json, "flushInterval", options.FlushInterval == Timeout.InfiniteTimeSpan ? null : options.FlushInterval);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteNames(Utf8JsonWriter json, string key, IReadOnlyList<string>? names)
    {
        if (names is null)
        {
            json.WriteNull(key);
            return;
        }

        json.WriteStartArray(key);
        foreach (string name in names)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
    }

    private static void WriteQueryTypes(Utf8JsonWriter json, IReadOnlyList<QueryTypeOptions> types)
    {
        json.WriteStartArray("queryTypes");
        foreach (QueryTypeOptions type in types)
        {
            json.WriteStartObject();
            json.WriteString("name", type.Name);
            json.WriteString("backend", type.Backend);
            json.WriteStartArray("patterns");
            foreach (QueryPattern pattern in type.Patterns)
            {
                WritePattern(json, pattern);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WritePattern(Utf8JsonWriter json, QueryPattern pattern)
    {
        if (ReadsBackFromText(pattern))
        {
            json.WriteStringValue(pattern.Text);
            return;
        }

        json.WriteStartObject();
        if (pattern.IsRegex)
        {
            json.WriteString("regex", pattern.Text);
        }
        else
        {
            WriteNames(json, "words", pattern.Alternatives);
        }

        json.WriteEndObject();
    }

    // Words may hold characters that would make the text a regular expression, or commas; an expression may hold none.
    private static bool ReadsBackFromText(QueryPattern pattern)
    {
        try
        {
            QueryPattern read = QueryPattern.Parse(pattern.Text);
            return read.IsRegex == pattern.IsRegex && (read.Alternatives ?? []).SequenceEqual(pattern.Alternatives ?? []);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static void WriteReward(Utf8JsonWriter json, RewardOptions reward)
    {
        switch (reward)
        {
            case RewardOptions.Threshold threshold:
                json.WriteStartObject("reward");
                json.WriteString("kind", "threshold");
                json.WriteNumber("relevance", threshold.Relevance);
                json.WriteNumber("latencyMs", threshold.LatencyMs);
                json.WriteEndObject();
                break;
            case RewardOptions.Weighted weighted:
                json.WriteStartObject("reward");
                json.WriteString("kind", "weighted");
                json.WriteStartObject("weights");
                json.WriteNumber("relevance", weighted.RelevanceWeight);
                json.WriteNumber("success", weighted.SuccessWeight);
                json.WriteNumber("latency", weighted.LatencyWeight);
                json.WriteNumber("cost", weighted.CostWeight);
                json.WriteEndObject();
                json.WriteNumber("relevanceThreshold", weighted.RelevanceThreshold);
                json.WriteNumber("latencyLimitMs", weighted.LatencyLimitMs);
                json.WriteNumber("costLimit", weighted.CostLimit);
                json.WriteEndObject();
                break;
        }
    }

    private static void WritePrior(Utf8JsonWriter json, PriorOptions prior)
    {
        json.WriteStartObject();
        json.WriteNumber("alpha", prior.Alpha);
        json.WriteNumber("beta", prior.Beta);
        json.WriteStartArray("cells");
        foreach (PriorCell cell in prior.Cells)
        {
            json.WriteStartObject();
            json.WriteString("queryType", cell.QueryType);
            json.WriteString("backend", cell.Backend);
            json.WriteNumber("alpha", cell.Alpha);
            json.WriteNumber("beta", cell.Beta);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteExperiment(Utf8JsonWriter json, ExperimentOptions? experiment)
    {
        if (experiment is null)
        {
            json.WriteNull("experiment");
            return;
        }

        json.WriteStartObject("experiment");
        json.WriteString("name", experiment.Name);
        json.WriteStartArray("variants");
        foreach (VariantOptions variant in experiment.Variants)
        {
            json.WriteStartObject();
            json.WriteString("name", variant.Name);
            if (variant.CustomStrategy is null)
            {
                json.WriteString("strategy", variant.Strategy);
            }

            json.WriteNumber("weight", variant.Weight);
            if (variant.Pattern is string pattern)
            {
                json.WriteString("pattern", pattern);
            }

            if (variant.Prior is { } prior)
            {
                json.WritePropertyName("prior");
                WritePrior(json, prior);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("sharePosteriors", experiment.SharePosteriors);
        json.WriteNumber("holdout", experiment.Holdout);
        json.WriteNumber("exploration", experiment.Exploration);
        json.WriteNumber("alpha", experiment.Alpha);
        json.WriteStartObject("guardrails");
        WriteNumber(json, "failureRate", experiment.Guardrails.FailureRate);
        WriteNumber(json, "p95LatencyMs", experiment.Guardrails.P95LatencyMs);
        json.WriteEndObject();
        WriteNumber(json, "promotedShare", experiment.PromotedShare);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string key, double? number)
    {
        if (number is double given)
        {
            json.WriteNumber(key, given);
        }
        else
        {
            json.WriteNull(key);
        }
    }

    private static void WriteDuration(Utf8JsonWriter json, string key, TimeSpan? duration)
    {
        if (duration is TimeSpan given)
        {
            json.WriteString(key, DurationText.Format(given));
        }
        else
        {
            json.WriteNull(key);
        }
    }
}
