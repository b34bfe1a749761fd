using System.Buffers.Text;
using System.Text;

namespace HoloLoom.Fast.Load;

/// <summary>The answers that the commands of the day get: simple strings, errors, and arrays of bulk strings.</summary>
internal static class RespReply
{
    /// <summary>Reads one answer, if the whole of it is there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out int length, out Reply reply)
    {
        reply = default;
        length = 0;
        if (!TryReadLine(bytes, ref length, out ReadOnlySpan<byte> line))
        {
            return false;
        }

        switch (line[0])
        {
            case (byte)'+':
                reply = new Reply(Encoding.UTF8.GetString(line[1..]));
                return true;
            case (byte)'-':
                reply = new Reply(null, Error: Encoding.UTF8.GetString(line[1..]));
                return true;
            case (byte)'*':
                int count = Number(line[1..]);
                var parts = new string[count];
                for (int i = 0; i < count; i++)
                {
                    if (!TryReadLine(bytes, ref length, out ReadOnlySpan<byte> head))
                    {
                        return false;
                    }

                    if (head[0] != '$')
                    {
                        parts[i] = Encoding.UTF8.GetString(head[1..]);
                        continue;
                    }

                    int size = Number(head[1..]);
                    if (bytes.Length < length + size + 2)
                    {
                        return false;
                    }

                    parts[i] = Encoding.UTF8.GetString(bytes.Slice(length, size));
                    length += size + 2;
                }

                reply = new Reply(parts[0], count > 1 ? parts[1] : "");
                return true;
            default:
                throw new InvalidDataException($"The server sent an answer of a kind that was not asked for: {Encoding.UTF8.GetString(line)}");
        }
    }

    private static int Number(ReadOnlySpan<byte> digits) => Utf8Parser.TryParse(digits, out int number, out int used) && used == digits.Length && number > 0
        ? number
        : throw new InvalidDataException($"The server sent a length that is none: {Encoding.UTF8.GetString(digits)}");

    private static bool TryReadLine(ReadOnlySpan<byte> bytes, ref int at, out ReadOnlySpan<byte> line)
    {
        int end = bytes[at..].IndexOf("\r\n"u8);
        line = end < 0 ? default : bytes.Slice(at, end);
        at += end + 2;
        return end > 0;
    }
}
