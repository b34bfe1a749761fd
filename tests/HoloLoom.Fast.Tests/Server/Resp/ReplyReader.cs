using System.Globalization;
using System.Text;

namespace HoloLoom.Fast.Tests.Server.Resp;

/// <summary>Reads replies into text that shows their types: +simple, -error, :1, $bulk, [array; of], {map: of}, ,0.8, null.</summary>
internal sealed class ReplyReader(byte[] bytes)
{
    private int _position;

    public static List<string> ReadAll(byte[] bytes)
    {
        var reader = new ReplyReader(bytes);
        var replies = new List<string>();
        while (reader._position < bytes.Length)
        {
            replies.Add(reader.Read());
        }

        return replies;
    }

    /// <summary>How many bytes the first replies take; -1 if they are not all there.</summary>
    public static int LengthOf(byte[] bytes, int replies)
    {
        var reader = new ReplyReader(bytes);
        try
        {
            for (int i = 0; i < replies; i++)
            {
                reader.Read();
            }

            return reader._position;
        }
        catch (IndexOutOfRangeException)
        {
            return -1;
        }
        catch (ArgumentOutOfRangeException)
        {
            return -1;
        }
    }

    private string Read()
    {
        char type = (char)bytes[_position++];
        string line = Line();
        switch (type)
        {
            case '+' or '-' or ':' or ',':
                return type + line;
            case '_':
                return "null";
            case '$':
                int length = int.Parse(line, CultureInfo.InvariantCulture);
                if (length < 0)
                {
                    return "null";
                }

                string bulk = Encoding.UTF8.GetString(bytes, _position, length);
                Assert.Equal("\r\n"u8, bytes.AsSpan(_position + length, 2));
                _position += length + 2;
                return $"${bulk}";
            case '*':
                int count = int.Parse(line, CultureInfo.InvariantCulture);
                return count < 0 ? "null" : $"[{string.Join("; ", Enumerable.Range(0, count).Select(_ => Read()))}]";
            case '%':
                return $"{{{string.Join("; ", Enumerable.Range(0, int.Parse(line, CultureInfo.InvariantCulture)).Select(_ => $"{Read()}: {Read()}"))}}}";
            default:
                throw new InvalidDataException($"'{type}' at {_position - 1} begins no reply: {Encoding.Latin1.GetString(bytes)}");
        }
    }

    private string Line()
    {
        int end = _position;
        while (bytes[end] != '\r' || bytes[end + 1] != '\n')
        {
            Assert.NotEqual((byte)'\n', bytes[end]);
            end++;
        }

        string line = Encoding.UTF8.GetString(bytes, _position, end - _position);
        _position = end + 2;
        return line;
    }
}
