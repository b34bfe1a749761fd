using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace HoloLoom.Fast.Server.Resp;

/// <summary>
/// Writes replies into a pipe's own memory. What RESP3 has types for (maps, doubles, null) is written as arrays, text and null bulk strings
/// for a client that speaks RESP2. <see cref="Complete"/> hands over what was written.
/// </summary>
/// <param name="output">Where to.</param>
/// <param name="protocol">2 or 3.</param>
internal ref struct RespWriter(IBufferWriter<byte> output, int protocol)
{
    private const int Block = 1024;

    private readonly IBufferWriter<byte> _output = output;
    private Span<byte> _free;
    private int _used;
    private long _handedOver;

    /// <summary>2 or 3.</summary>
    public int Protocol { get; set; } = protocol;

    /// <summary>Bytes written so far.</summary>
    public readonly long Written => _handedOver + _used;

    /// <summary>Room for so many bytes at least; <see cref="Advance"/> tells how many were used.</summary>
    public Span<byte> Reserve(int length)
    {
        if (_free.Length - _used < length)
        {
            Complete();
            _free = _output.GetSpan(Math.Max(length, Block));
        }

        return _free[_used..];
    }

    /// <summary>Keeps the first bytes of the room that was reserved.</summary>
    public void Advance(int length) => _used += length;

    /// <summary>Hands over what was written; to be called before the output is flushed or the writer given up.</summary>
    public void Complete()
    {
        if (_used > 0)
        {
            _output.Advance(_used);
            _handedOver += _used;
        }

        _used = 0;
        _free = default;
    }

    /// <summary>Bytes that are RESP already.</summary>
    public void Raw(scoped ReadOnlySpan<byte> resp)
    {
        while (!resp.IsEmpty)
        {
            Span<byte> room = Reserve(1);
            int length = Math.Min(room.Length, resp.Length);
            resp[..length].CopyTo(room);
            Advance(length);
            resp = resp[length..];
        }
    }

    /// <summary>A simple string: text without CR and LF.</summary>
    public void Simple(scoped ReadOnlySpan<byte> text)
    {
        Raw("+"u8);
        Raw(text);
        Raw("\r\n"u8);
    }

    /// <summary>An error: its code and message, on one line whatever it holds.</summary>
    public void Error(string message)
    {
        byte[] text = Encoding.UTF8.GetBytes(message);
        text.AsSpan().Replace((byte)'\r', (byte)' ');
        text.AsSpan().Replace((byte)'\n', (byte)' ');
        Raw("-"u8);
        Raw(text);
        Raw("\r\n"u8);
    }

    /// <summary>An integer.</summary>
    public void Integer(long value) => Header((byte)':', value);

    /// <summary>A bulk string.</summary>
    public void Bulk(scoped ReadOnlySpan<byte> bytes)
    {
        Header((byte)'$', bytes.Length);
        Raw(bytes);
        Raw("\r\n"u8);
    }

    /// <inheritdoc cref="Bulk(ReadOnlySpan{byte})"/>
    public void Bulk(string text) => Bulk(Encoding.UTF8.GetBytes(text));

    /// <summary>The beginning of an array.</summary>
    public void Array(int count) => Header((byte)'*', count);

    /// <summary>The beginning of a map; keys and values follow in turn.</summary>
    public void Map(int count) => Header(Protocol == 3 ? (byte)'%' : (byte)'*', Protocol == 3 ? count : 2 * count);

    /// <summary>Nothing.</summary>
    public void Null() => Raw(Protocol == 3 ? "_\r\n"u8 : "$-1\r\n"u8);

    /// <summary>Nothing, where an array would be.</summary>
    public void NullArray() => Raw(Protocol == 3 ? "_\r\n"u8 : "*-1\r\n"u8);

    /// <summary>A number of single precision, in the fewest digits that read back as the same.</summary>
    /// <param name="value">Finite.</param>
    /// <param name="resp">Receives the reply; 32 bytes are enough.</param>
    /// <param name="protocol">2 or 3.</param>
    /// <returns>The length of the reply.</returns>
    public static int FormatSingle(float value, Span<byte> resp, int protocol)
    {
        Span<byte> digits = stackalloc byte[24];
        bool fits = value.TryFormat(digits, out int length, provider: CultureInfo.InvariantCulture);
        System.Diagnostics.Debug.Assert(fits, "a float has at most 15 characters");
        int position = 0;
        resp[position++] = protocol == 3 ? (byte)',' : (byte)'$';
        if (protocol != 3)
        {
            Utf8Formatter.TryFormat(length, resp[position..], out int written);
            position += written;
            "\r\n"u8.CopyTo(resp[position..]);
            position += 2;
        }

        digits[..length].CopyTo(resp[position..]);
        position += length;
        "\r\n"u8.CopyTo(resp[position..]);
        return position + 2;
    }

    private void Header(byte type, long number)
    {
        Span<byte> room = Reserve(24);
        room[0] = type;
        Utf8Formatter.TryFormat(number, room[1..], out int length);
        "\r\n"u8.CopyTo(room[(length + 1)..]);
        Advance(length + 3);
    }
}
