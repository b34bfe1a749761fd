using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace HoloLoom.Fast.Cli.Text;

/// <summary>Writes text of any bytes as the content of a TSV column or of a JSON string. Invalid UTF-8 becomes U+FFFD.</summary>
internal static class Escaping
{
    private static readonly SearchValues<byte> TsvSpecial = SearchValues.Create("\\\t\r\n"u8);
    private static readonly SearchValues<byte> JsonSpecial =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(code => (byte)code), (byte)'"', (byte)'\\']);

    private static ReadOnlySpan<byte> Replacement => "\uFFFD"u8;

    /// <summary>Writes a TSV column: <c>\</c>, tab, CR and LF as <c>\\</c>, <c>\t</c>, <c>\r</c>, <c>\n</c>.</summary>
    public static void WriteTsv(OutputBuffer output, ReadOnlySpan<byte> text)
    {
        if (Utf8.IsValid(text))
        {
            WriteTsvValid(output, text);
            return;
        }

        while (NextValidRun(ref text, out ReadOnlySpan<byte> run))
        {
            WriteTsvValid(output, run);
            output.Write(Replacement);
        }

        WriteTsvValid(output, text);
    }

    /// <summary>Writes what goes between the quotes of a JSON string.</summary>
    public static void WriteJson(OutputBuffer output, ReadOnlySpan<byte> text)
    {
        if (Utf8.IsValid(text))
        {
            WriteJsonValid(output, text);
            return;
        }

        while (NextValidRun(ref text, out ReadOnlySpan<byte> run))
        {
            WriteJsonValid(output, run);
            output.Write(Replacement);
        }

        WriteJsonValid(output, text);
    }

    private static void WriteTsvValid(OutputBuffer output, ReadOnlySpan<byte> text)
    {
        for (int special; (special = text.IndexOfAny(TsvSpecial)) >= 0; text = text[(special + 1)..])
        {
            output.Write(text[..special]);
            output.Write((byte)'\\');
            output.Write(Letter(text[special]));
        }

        output.Write(text);
    }

    private static void WriteJsonValid(OutputBuffer output, ReadOnlySpan<byte> text)
    {
        for (int special; (special = text.IndexOfAny(JsonSpecial)) >= 0; text = text[(special + 1)..])
        {
            output.Write(text[..special]);
            output.Write((byte)'\\');
            byte letter = Letter(text[special]);
            output.Write(letter);
            if (letter == 'u')
            {
                output.Write("00"u8);
                output.Write((byte)(text[special] < 0x10 ? '0' : '1'));
                output.Write("0123456789abcdef"u8[text[special] & 0xF]);
            }
        }

        output.Write(text);
    }

    private static byte Letter(byte special) => special switch
    {
        (byte)'\t' => (byte)'t',
        (byte)'\r' => (byte)'r',
        (byte)'\n' => (byte)'n',
        (byte)'\b' => (byte)'b',
        (byte)'\f' => (byte)'f',
        < 0x20 => (byte)'u',
        _ => special,
    };

    // Splits off the text before the first invalid sequence, and skips the sequence; false if there is none. The last call scans what
    // is left once more, so the cost stays linear: every byte is decoded once and written once.
    private static bool NextValidRun(ref ReadOnlySpan<byte> text, out ReadOnlySpan<byte> run)
    {
        int position = 0;
        while (position < text.Length)
        {
            if (text[position] < 0x80)
            {
                int more = text[position..].IndexOfAnyExceptInRange((byte)0, (byte)0x7F);
                position = more < 0 ? text.Length : position + more;
                continue;
            }

            OperationStatus status = Rune.DecodeFromUtf8(text[position..], out _, out int consumed);
            if (status != OperationStatus.Done)
            {
                run = text[..position];
                text = text[(position + consumed)..];
                return true;
            }

            position += consumed;
        }

        run = default;
        return false;
    }
}
