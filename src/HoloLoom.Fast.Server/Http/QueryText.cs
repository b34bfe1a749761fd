using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace HoloLoom.Fast.Server.Http;

/// <summary>Reads parts of a request with the reader of System.Text.Json; what is wrong becomes a problem that says where.</summary>
internal static class QueryText
{
    /// <summary>Appends the string that the reader is at to the data, without its escapes.</summary>
    public static void Append(ref Utf8JsonReader reader, ArrayBufferWriter<byte> data)
    {
        if (!reader.ValueIsEscaped)
        {
            data.Write(reader.ValueSpan);
            return;
        }

        data.Advance(reader.CopyString(data.GetSpan(reader.ValueSpan.Length)));
    }

    /// <summary>Whether an exception is the reader's, about what it reads: of the grammar, or of a string that is escaped to what is no text.</summary>
    public static bool IsAboutJson(Exception problem) => problem is JsonException or InvalidOperationException;

    /// <summary>What such an exception says.</summary>
    public static string Describe(Exception problem) =>
        problem is JsonException ? $"is not JSON: {problem.Message}" : "holds half of a surrogate pair, which is no character.";

    /// <summary>Moves on, and insists on a kind of value.</summary>
    public static void Expect(ref Utf8JsonReader reader, JsonTokenType token, string name, string kind)
    {
        if (!reader.Read() || reader.TokenType != token)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, $"'{name}' is {Describe(reader.TokenType)}; {kind} is expected.");
        }
    }

    /// <summary>Reads the list of available backends that follows.</summary>
    public static BackendSet ReadAvailable(ref Utf8JsonReader reader, Router router)
    {
        Expect(ref reader, JsonTokenType.StartArray, "available", "a list of backends");
        BackendSet available = BackendSet.None;
        int before = -1;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String)
            {
                throw new ProblemException(StatusCodes.Status400BadRequest, $"'available' holds {Describe(reader.TokenType)}; names of backends are expected.");
            }

            int backend = IndexOf(ref reader, router.Backends, before + 1);
            before = backend;
            available = new BackendSet(available.Mask | 1UL << backend);
        }

        return available == BackendSet.None
            ? throw new ProblemException(StatusCodes.Status400BadRequest, "'available' is empty: at least one backend must be available. Leave it out for all.")
            : available;
    }

    /// <summary>A kind of value, for a person.</summary>
    public static string Describe(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.Null => "null",
        _ => "missing",
    };

    // Names usually come in the router's order: the next one is tried first.
    private static int IndexOf(ref Utf8JsonReader reader, IReadOnlyList<string> backends, int next)
    {
        for (int tried = 0; tried < backends.Count; tried++)
        {
            int backend = (next + tried) % backends.Count;
            if (reader.ValueTextEquals(backends[backend]))
            {
                return backend;
            }
        }

        throw new ProblemException(
            StatusCodes.Status400BadRequest, $"'{reader.GetString()}' is not a backend; there are {string.Join(", ", backends)}.");
    }
}
