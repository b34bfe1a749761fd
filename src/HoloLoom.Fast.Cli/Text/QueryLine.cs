using System.Text.Json;

namespace HoloLoom.Fast.Cli.Text;

/// <summary>Reads a query: a JSON object with <c>query</c> and perhaps <c>unit</c>, and whatever else.</summary>
internal sealed class QueryLine
{
    private byte[] _query = new byte[1024];
    private byte[] _unit = new byte[256];
    private int _queryLength;
    private int _unitLength;

    /// <summary>The query of the last good line, UTF-8.</summary>
    public ReadOnlySpan<byte> Query => _query.AsSpan(0, _queryLength);

    /// <summary>Whether the line has a unit.</summary>
    public bool HasUnit => _unitLength >= 0;

    /// <summary>The unit, UTF-8.</summary>
    public ReadOnlySpan<byte> Unit => _unit.AsSpan(0, Math.Max(0, _unitLength));

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line, UTF-8.</param>
    /// <returns>What is wrong with the line; null if nothing.</returns>
    public string? Parse(ReadOnlySpan<byte> line)
    {
        (_queryLength, _unitLength) = (-1, -1);
        try
        {
            return ParseObject(line);
        }
        catch (JsonException exception)
        {
            return $"not a JSON object: {exception.Message}";
        }
        catch (InvalidOperationException)
        {
            return "a string is not valid Unicode";
        }
    }

    private string? ParseObject(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return "not a JSON object";
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("query"u8))
            {
                if (!TryRead(ref reader, ref _query, ref _queryLength))
                {
                    return "query is not a string";
                }
            }
            else if (reader.ValueTextEquals("unit"u8))
            {
                // Null is no unit; a number is none either, because 7 and 7.0 would be two.
                if (!TryRead(ref reader, ref _unit, ref _unitLength) && reader.TokenType != JsonTokenType.Null)
                {
                    return "unit is not a string";
                }
            }
            else
            {
                reader.Skip();
            }
        }

        // Finds what follows the object on the line.
        reader.Read();
        return _queryLength < 0 ? "query is missing" : null;
    }

    private static bool TryRead(ref Utf8JsonReader reader, ref byte[] buffer, ref int length)
    {
        length = -1;
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            return false;
        }

        if (buffer.Length < reader.ValueSpan.Length)
        {
            buffer = new byte[reader.ValueSpan.Length];
        }

        length = reader.CopyString(buffer);
        return true;
    }
}
