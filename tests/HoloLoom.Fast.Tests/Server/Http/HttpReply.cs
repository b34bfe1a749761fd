using System.Globalization;
using System.Text;

namespace HoloLoom.Fast.Tests.Server.Http;

/// <summary>An answer, taken apart strictly: whatever was asked, what comes back is HTTP/1.1 to the last byte.</summary>
internal sealed record HttpReply(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    /// <exception cref="FormatException">The bytes are not answers, one after another.</exception>
    public static List<HttpReply> ReadAll(ReadOnlySpan<byte> bytes)
    {
        var replies = new List<HttpReply>();
        while (!bytes.IsEmpty)
        {
            int end = bytes.IndexOf("\r\n\r\n"u8);
            string[] lines = end < 0 ? throw new FormatException("a head without an end") : Encoding.ASCII.GetString(bytes[..end]).Split("\r\n");
            string[] first = lines[0].Split(' ', 3);
            if (first[0] != "HTTP/1.1" || first.Length < 2 || !int.TryParse(first[1], NumberStyles.None, CultureInfo.InvariantCulture, out int status))
            {
                throw new FormatException($"'{lines[0]}' is no status line");
            }

            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (string line in lines[1..])
            {
                int colon = line.IndexOf(':', StringComparison.Ordinal);
                headers.Add(colon > 0 ? line[..colon] : throw new FormatException($"'{line}' is no header"), line[(colon + 1)..].Trim());
            }

            bytes = bytes[(end + 4)..];
            int length = status is < 200 or 204 or 304 ? 0
                : headers.TryGetValue("Content-Length", out string? text) ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
                : throw new FormatException($"{status} has no length");
            if (length > bytes.Length)
            {
                throw new FormatException($"{bytes.Length} bytes of a body of {length}");
            }

            if (status >= 200)
            {
                replies.Add(new HttpReply(status, headers, bytes[..length].ToArray()));
            }

            bytes = bytes[length..];
        }

        return replies;
    }
}
