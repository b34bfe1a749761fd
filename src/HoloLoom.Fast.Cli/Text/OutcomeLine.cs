using System.Text.Json;

namespace HoloLoom.Fast.Cli.Text;

/// <summary>Reads an outcome: a JSON object with <c>decision_id</c>, <c>relevance</c> and <c>latency_ms</c>, and whatever else.</summary>
internal static class OutcomeLine
{
    /// <summary>Reads a line. A good one costs no allocation.</summary>
    /// <param name="line">The line, UTF-8.</param>
    /// <param name="id">The decision's id.</param>
    /// <param name="outcome">The outcome, valid.</param>
    /// <returns>What is wrong with the line; null if nothing.</returns>
    public static string? Parse(ReadOnlySpan<byte> line, out DecisionId id, out Outcome outcome)
    {
        id = default;
        outcome = default;
        try
        {
            return ParseObject(line, ref id, ref outcome);
        }
        catch (JsonException exception)
        {
            return $"not a JSON object: {exception.Message}";
        }
    }

    private static string? ParseObject(ReadOnlySpan<byte> line, ref DecisionId id, ref Outcome outcome)
    {
        var reader = new Utf8JsonReader(line);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return $"not a JSON object but {Describe(reader.TokenType)}";
        }

        bool hasId = false;
        double? relevance = null, latency = null, cost = null, feedback = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string? problem = null;
            if (reader.ValueTextEquals("decision_id"u8))
            {
                problem = ReadId(ref reader, out id);
                hasId = true;
            }
            else if (reader.ValueTextEquals("relevance"u8))
            {
                problem = ReadNumber(ref reader, "relevance", out relevance);
            }
            else if (reader.ValueTextEquals("latency_ms"u8))
            {
                problem = ReadNumber(ref reader, "latency_ms", out latency);
            }
            else if (reader.ValueTextEquals("cost"u8))
            {
                problem = ReadOptional(ref reader, "cost", out cost);
            }
            else if (reader.ValueTextEquals("feedback"u8))
            {
                problem = ReadOptional(ref reader, "feedback", out feedback);
            }
            else
            {
                reader.Skip();
            }

            if (problem is not null)
            {
                return problem;
            }
        }

        // Finds what follows the object on the line.
        reader.Read();
        if (!hasId || relevance is null || latency is null)
        {
            return $"{(!hasId ? "decision_id" : relevance is null ? "relevance" : "latency_ms")} is missing";
        }

        outcome = new Outcome(relevance.Value, latency.Value) { Cost = cost, Feedback = feedback };
        return outcome.Validate();
    }

    private static string? ReadId(ref Utf8JsonReader reader, out DecisionId id)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && DecisionId.TryParse(reader.ValueSpan, out id))
        {
            return null;
        }

        id = default;
        if (reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped && DecisionId.TryParse(reader.GetString(), out id))
        {
            return null;
        }

        return reader.TokenType == JsonTokenType.String
            ? $"decision_id is not an id: {DecisionId.TextLength} hexadecimal digits are expected"
            : $"decision_id is {Describe(reader.TokenType)}; a string is expected";
    }

    private static string? ReadOptional(ref Utf8JsonReader reader, string name, out double? number)
    {
        Utf8JsonReader ahead = reader;
        ahead.Read();
        if (ahead.TokenType == JsonTokenType.Null)
        {
            reader = ahead;
            number = null;
            return null;
        }

        return ReadNumber(ref reader, name, out number);
    }

    private static string? ReadNumber(ref Utf8JsonReader reader, string name, out double? number)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out double value))
        {
            number = value;
            return null;
        }

        number = null;
        return $"{name} is {Describe(reader.TokenType)}; a number is expected";
    }

    private static string Describe(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        _ => "null",
    };
}
