using System.Text;
using System.Text.Json;
using HoloLoom.Fast.Hosting;
using Microsoft.AspNetCore.Http;

namespace HoloLoom.Fast.Server.Http;

/// <summary><c>POST /v1/outcomes</c>: <c>{"outcomes":[{"decision_id":…,"relevance":…,"latency_ms":…}]}</c>.</summary>
internal sealed class OutcomesEndpoint(RouterFinder finder, int maxBatch)
{
    public async Task RecordAsync(HttpContext context)
    {
        HostedRouter hosted = finder.Of(context);
        MediaTypes.RequireJson(context.Request);
        bool durable = IsDurable(context.Request.Query["durable"]);
        RecordResult[] results;
        Router router;
        using (RequestBody body = await RequestBody.ReadAsync(context))
        {
            // Not before the body is there, which may take its time.
            router = hosted.Current;

            // All are read before any is recorded: a request is taken as a whole, or not at all.
            List<OutcomeReader.Item> items = OutcomeReader.Read(body.Span, maxBatch);
            results = new RecordResult[items.Count];
            for (int i = 0; i < results.Length; i++)
            {
                try
                {
                    results[i] = items[i].Id is { } id ? router.Record(id, items[i].Outcome) : RecordResult.Unknown;
                }
                catch (ArgumentException problem)
                {
                    // The reward function's own: earlier ones are recorded, and repeating the request is harmless.
                    throw new ProblemException(StatusCodes.Status400BadRequest, problem.Message, index: i, cause: problem);
                }
            }
        }

        if (durable)
        {
            try
            {
                await GroupedFlush.Of(router).FlushAsync();
            }
            catch (ObjectDisposedException problem)
            {
                throw new ProblemException(StatusCodes.Status404NotFound, $"The router '{hosted.Name}' was removed, with what it learned.", cause: problem);
            }
            catch (IOException problem)
            {
                throw new ProblemException(
                    StatusCodes.Status503ServiceUnavailable,
                    $"The outcomes are recorded in memory but could not be written: {problem.Message} Send the request again later; what is recorded is answered 'duplicate'.",
                    cause: problem);
            }
        }

        JsonText text = JsonText.Start();
        text.Write("{\"results\":["u8);
        for (int i = 0; i < results.Length; i++)
        {
            text.Write(i > 0 ? ",\""u8 : "\""u8);
            text.Write(Name(results[i]));
            text.Write((byte)'"');
        }

        text.Write("]}"u8);
        Answer.Send(context, text, MediaTypes.Json);
    }

    private static ReadOnlySpan<byte> Name(RecordResult result) => result switch
    {
        RecordResult.Accepted => "accepted"u8,
        RecordResult.Duplicate => "duplicate"u8,
        RecordResult.Expired => "expired"u8,
        _ => "unknown"u8,
    };

    private static bool IsDurable(string? value) => value switch
    {
        null or "false" or "0" => false,
        "" or "true" or "1" => true,
        _ => throw new ProblemException(StatusCodes.Status400BadRequest, $"durable={value} is neither true nor false."),
    };
}

/// <summary>Reads outcomes.</summary>
internal static class OutcomeReader
{
    /// <summary>An outcome; without an id if what was given is no id at all, which is answered like any other that is not known.</summary>
    public readonly record struct Item(DecisionId? Id, Outcome Outcome);

    /// <exception cref="ProblemException">The body is not what it should be, or an outcome is not valid; its index is told.</exception>
    public static List<Item> Read(ReadOnlySpan<byte> body, int max)
    {
        var reader = new Utf8JsonReader(body);
        var items = new List<Item>();
        bool found = false;
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new ProblemException(StatusCodes.Status400BadRequest, $"The body is {QueryText.Describe(reader.TokenType)}; a JSON object is expected.");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (found || !reader.ValueTextEquals("outcomes"u8))
                {
                    throw new ProblemException(
                        StatusCodes.Status400BadRequest, $"'{reader.GetString()}' is not expected here: the body has one field, 'outcomes'.");
                }

                found = true;
                QueryText.Expect(ref reader, JsonTokenType.StartArray, "outcomes", "a list");
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    if (items.Count == max)
                    {
                        throw new ProblemException(StatusCodes.Status413PayloadTooLarge, $"There are more than {max} outcomes; send several requests.");
                    }

                    items.Add(ReadItem(ref reader, items.Count));
                }
            }

            reader.Read();
        }
        catch (Exception problem) when (QueryText.IsAboutJson(problem))
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, $"The body {QueryText.Describe(problem)}", cause: problem);
        }

        return found ? items : throw new ProblemException(StatusCodes.Status400BadRequest, "'outcomes' is missing: a list.");
    }

    private static Item ReadItem(ref Utf8JsonReader reader, int index)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw At(index, $"it is {QueryText.Describe(reader.TokenType)}; an object is expected");
        }

        bool hasId = false;
        DecisionId? id = null;
        double? relevance = null, latency = null, cost = null, feedback = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("decision_id"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.String)
                {
                    throw At(index, $"decision_id is {QueryText.Describe(reader.TokenType)}; a string is expected");
                }

                hasId = true;
                id = !reader.ValueIsEscaped && DecisionId.TryParse(reader.ValueSpan, out DecisionId parsed) ? parsed
                    : reader.ValueIsEscaped && DecisionId.TryParse(Encoding.UTF8.GetString(reader.ValueSpan), out parsed) ? parsed
                    : null;
            }
            else if (reader.ValueTextEquals("relevance"u8))
            {
                relevance = Number(ref reader, "relevance", index);
            }
            else if (reader.ValueTextEquals("latency_ms"u8))
            {
                latency = Number(ref reader, "latency_ms", index);
            }
            else if (reader.ValueTextEquals("cost"u8))
            {
                cost = Optional(ref reader, "cost", index);
            }
            else if (reader.ValueTextEquals("feedback"u8))
            {
                feedback = Optional(ref reader, "feedback", index);
            }
            else
            {
                // A whole line of `route`, with the outcome added, is fine.
                reader.Skip();
            }
        }

        if (!hasId || relevance is null || latency is null)
        {
            throw At(index, $"{(!hasId ? "decision_id" : relevance is null ? "relevance" : "latency_ms")} is missing");
        }

        var outcome = new Outcome(relevance.Value, latency.Value) { Cost = cost, Feedback = feedback };
        return outcome.Validate() is string problem ? throw At(index, problem) : new Item(id, outcome);
    }

    private static double? Optional(ref Utf8JsonReader reader, string name, int index)
    {
        Utf8JsonReader ahead = reader;
        ahead.Read();
        if (ahead.TokenType != JsonTokenType.Null)
        {
            return Number(ref reader, name, index);
        }

        reader = ahead;
        return null;
    }

    private static double Number(ref Utf8JsonReader reader, string name, int index)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out double value)
            ? value
            : throw At(index, $"{name} is {QueryText.Describe(reader.TokenType)}; a number is expected");
    }

    private static ProblemException At(int index, string problem) =>
        new(StatusCodes.Status400BadRequest, $"Outcome {index}: {problem}. Nothing was recorded.", index: index);
}
