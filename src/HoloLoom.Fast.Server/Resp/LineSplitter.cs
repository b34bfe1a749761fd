namespace HoloLoom.Fast.Server.Resp;

/// <summary>
/// Splits a line of text into arguments as redis-cli's users know it: words between white space; "…" with the escapes \n, \r, \t, \b, \a,
/// \xHH and \ before any other byte; '…' with \' alone. After a closing quote comes white space or the end.
/// </summary>
/// <param name="line">The line, without its end.</param>
/// <param name="decoded">Receives the arguments' bytes; as long as the line.</param>
internal ref struct LineSplitter(ReadOnlySpan<byte> line, Span<byte> decoded)
{
    private readonly ReadOnlySpan<byte> _line = line;
    private readonly Span<byte> _decoded = decoded;
    private int _position;
    private int _written;

    /// <summary>Whether a quote is not closed, or not followed by white space; there are no further arguments then.</summary>
    public bool IsUnbalanced { get; private set; }

    /// <summary>The next argument: where its bytes lie in the decoded text.</summary>
    public bool TryNext(out ArgumentRange argument)
    {
        argument = default;
        while (_position < _line.Length && IsSpace(_line[_position]))
        {
            _position++;
        }

        if (_position == _line.Length || IsUnbalanced)
        {
            return false;
        }

        int start = _written;
        while (_position < _line.Length && !IsSpace(_line[_position]))
        {
            byte next = _line[_position++];
            if (next is (byte)'"' or (byte)'\'')
            {
                if (!(next == '"' ? TryCopyQuoted() : TryCopyApostrophed()) || (_position < _line.Length && !IsSpace(_line[_position])))
                {
                    IsUnbalanced = true;
                    return false;
                }

                break;
            }

            _decoded[_written++] = next;
        }

        argument = new ArgumentRange(start, _written - start);
        return true;
    }

    private bool TryCopyQuoted()
    {
        while (_position < _line.Length)
        {
            byte next = _line[_position++];
            if (next == '"')
            {
                return true;
            }

            if (next == '\\' && _position < _line.Length)
            {
                next = Unescape();
            }

            _decoded[_written++] = next;
        }

        return false;
    }

    private bool TryCopyApostrophed()
    {
        while (_position < _line.Length)
        {
            byte next = _line[_position++];
            if (next == '\'')
            {
                return true;
            }

            if (next == '\\' && _position < _line.Length && _line[_position] == '\'')
            {
                next = _line[_position++];
            }

            _decoded[_written++] = next;
        }

        return false;
    }

    // Behind a backslash.
    private byte Unescape()
    {
        byte next = _line[_position++];
        if (next == 'x' && _line.Length - _position >= 2 && char.IsAsciiHexDigit((char)_line[_position]) && char.IsAsciiHexDigit((char)_line[_position + 1]))
        {
            int value = (HexDigit(_line[_position]) << 4) | HexDigit(_line[_position + 1]);
            _position += 2;
            return (byte)value;
        }

        return next switch
        {
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            (byte)'b' => (byte)'\b',
            (byte)'a' => (byte)'\a',
            _ => next,
        };
    }

    private static int HexDigit(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private static bool IsSpace(byte one) => one is (byte)' ' or (>= (byte)'\t' and <= (byte)'\r');
}
