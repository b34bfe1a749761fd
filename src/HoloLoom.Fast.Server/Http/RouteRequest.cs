using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace HoloLoom.Fast.Server.Http;

/// <summary>Queries to decide, as they came: one after the other in one piece of memory, as the engine takes them.</summary>
/// <remarks>One a thread, used again.</remarks>
internal sealed class RouteRequest
{
    private const int LargestKept = 1 << 20;

    [ThreadStatic]
    private static RouteRequest? t_current;

    private readonly List<int> _offsets = [0];
    private readonly List<(int Start, int Length)> _escaped = [];
    private readonly ArrayBufferWriter<byte> _unit = new();
    private ArrayBufferWriter<byte> _data = new(4096);

    /// <summary>How many queries there are.</summary>
    public int Count => _escaped.Count;

    /// <summary>The queries' text.</summary>
    public ReadOnlySpan<byte> Data => _data.WrittenSpan;

    /// <summary>Where each begins, and where the last ends.</summary>
    public ReadOnlySpan<int> Offsets => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_offsets);

    /// <summary>The backends that may be chosen.</summary>
    public BackendSet Available { get; private set; }

    /// <summary>For whom an experiment assigns; empty if it was not said.</summary>
    public ReadOnlySpan<byte> Unit => _unit.WrittenSpan;

    /// <summary>Whether a unit was given.</summary>
    public bool HasUnit { get; private set; }

    /// <summary>A query as it stands between the quotes in the body.</summary>
    public ReadOnlySpan<byte> Escaped(ReadOnlySpan<byte> body, int index) => body.Slice(_escaped[index].Start, _escaped[index].Length);

    /// <summary>The thread's, empty.</summary>
    public static RouteRequest Start()
    {
        RouteRequest request = t_current ??= new RouteRequest();
        request.Clear();
        return request;
    }

    /// <summary>Reads <c>{"query": …, "available": […], "unit": …}</c>.</summary>
    /// <exception cref="ProblemException">It is not that.</exception>
    public void ReadSingle(ReadOnlySpan<byte> body, Router router) => Guarded(body, router, static (request, ref reader, body, router) =>
    {
        request.ReadObject(ref reader, body, router, "query", isBatch: false, max: 1);
        if (request.Count == 0)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "'query' is missing: the text to route, a string.");
        }
    });

    /// <summary>Reads <c>{"queries": […], "available": […]}</c>.</summary>
    /// <exception cref="ProblemException">It is not that, or there are too many.</exception>
    public void ReadBatch(ReadOnlySpan<byte> body, Router router, int max) => Guarded(body, router, (request, ref reader, body, router) =>
    {
        bool found = request.ReadObject(ref reader, body, router, "queries", isBatch: true, max);
        if (!found)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "'queries' is missing: a list of texts to route.");
        }
    });

    /// <summary>Reads JSON lines, each a string or an object with <c>query</c>. Empty lines are passed over.</summary>
    /// <exception cref="ProblemException">A line is something else, or there are too many.</exception>
    public void ReadLines(ReadOnlySpan<byte> body, int max)
    {
        int start = 0;
        for (int number = 1; start < body.Length; number++)
        {
            int end = body[start..].IndexOf((byte)'\n');
            end = end < 0 ? body.Length : start + end;
            ReadOnlySpan<byte> line = body[start..end];
            if (line.ContainsAnyExcept(" \t\r"u8))
            {
                ReadLine(line, start, number, max);
            }

            start = end + 1;
        }
    }

    private void ReadLine(ReadOnlySpan<byte> line, int start, int number, int max)
    {
        var reader = new Utf8JsonReader(line);
        try
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    bool isQuery = reader.ValueTextEquals("query"u8);
                    reader.Read();
                    if (isQuery && reader.TokenType == JsonTokenType.String)
                    {
                        break;
                    }

                    reader.Skip();
                }
            }

            if (reader.TokenType != JsonTokenType.String)
            {
                throw new ProblemException(StatusCodes.Status400BadRequest, $"Line {number} is no query: a string, or an object with a string 'query', is expected.", index: number - 1);
            }

            Add(ref reader, start, max);
            while (reader.Read())
            {
                // To the end, so that what follows is JSON, too.
            }
        }
        catch (Exception problem) when (QueryText.IsAboutJson(problem))
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, $"Line {number} {QueryText.Describe(problem)}", index: number - 1, cause: problem);
        }
    }

    private void Guarded(ReadOnlySpan<byte> body, Router router, Reading read)
    {
        var reader = new Utf8JsonReader(body);
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new ProblemException(StatusCodes.Status400BadRequest, $"The body is {QueryText.Describe(reader.TokenType)}; a JSON object is expected.");
            }

            read(this, ref reader, body, router);
            reader.Read();
        }
        catch (Exception problem) when (QueryText.IsAboutJson(problem))
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, $"The body {QueryText.Describe(problem)}", cause: problem);
        }
    }

    private bool ReadObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, Router router, string name, bool isBatch, int max)
    {
        bool found = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(name))
            {
                Once(found, name);
                found = true;
                if (!isBatch)
                {
                    QueryText.Expect(ref reader, JsonTokenType.String, name, "a string");
                    Add(ref reader, 0, max);
                    continue;
                }

                QueryText.Expect(ref reader, JsonTokenType.StartArray, name, "a list of strings");
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    if (reader.TokenType != JsonTokenType.String)
                    {
                        throw new ProblemException(
                            StatusCodes.Status400BadRequest, $"'{name}' holds {QueryText.Describe(reader.TokenType)} at index {Count}; strings are expected.", index: Count);
                    }

                    Add(ref reader, 0, max);
                }
            }
            else if (reader.ValueTextEquals("available"u8))
            {
                Available = QueryText.ReadAvailable(ref reader, router);
            }
            else if (!isBatch && reader.ValueTextEquals("unit"u8))
            {
                Once(HasUnit, "unit");
                QueryText.Expect(ref reader, JsonTokenType.String, "unit", "a string");
                QueryText.Append(ref reader, _unit);
                HasUnit = true;
            }
            else
            {
                throw new ProblemException(
                    StatusCodes.Status400BadRequest, $"'{reader.GetString()}' is not a field of this request; '{name}', 'available'{(isBatch ? "" : " and 'unit'")} are.");
            }
        }

        return found;
    }

    private static void Once(bool found, string name)
    {
        if (found)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, $"'{name}' is there twice.");
        }
    }

    private void Add(ref Utf8JsonReader reader, int offset, int max)
    {
        if (Count == max)
        {
            throw new ProblemException(StatusCodes.Status413PayloadTooLarge, $"There are more than {max} queries; send several requests.");
        }

        // Behind the opening quote.
        _escaped.Add((offset + (int)reader.TokenStartIndex + 1, reader.ValueSpan.Length));
        QueryText.Append(ref reader, _data);
        _offsets.Add(_data.WrittenCount);
    }

    private void Clear()
    {
        if (_data.Capacity > LargestKept)
        {
            _data = new ArrayBufferWriter<byte>(4096);
        }

        _data.ResetWrittenCount();
        _unit.ResetWrittenCount();
        _escaped.Clear();
        _offsets.Clear();
        _offsets.Add(0);
        (Available, HasUnit) = (BackendSet.All, false);
    }

    private delegate void Reading(RouteRequest request, ref Utf8JsonReader reader, ReadOnlySpan<byte> body, Router router);
}
