using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace HoloLoom.Fast;

/// <summary>The token that a caller hands back with the outcome: 16 bytes that carry all that is needed to credit it.</summary>
/// <remarks>
/// Opaque to callers. As text it is 32 lower-case hexadecimal digits, the bytes in memory order (little-endian words).
/// A keyed check inside rejects a corrupted or forged id; see <see cref="Router.Record(DecisionId, in Outcome)"/>.
/// </remarks>
public readonly record struct DecisionId : ISpanParsable<DecisionId>, IUtf8SpanParsable<DecisionId>, ISpanFormattable, IUtf8SpanFormattable
{
    /// <summary>The length of the id in bytes.</summary>
    public const int SizeInBytes = 16;

    /// <summary>The length of the id as text.</summary>
    public const int TextLength = 2 * SizeInBytes;

    internal readonly ulong Payload;
    internal readonly ulong Seal;

    internal DecisionId(ulong payload, ulong seal)
    {
        Payload = payload;
        Seal = seal;
    }

    /// <summary>Reads an id from its 16 bytes. No byte pattern is refused here; recording tells whether the id is genuine.</summary>
    /// <param name="bytes">At least 16 bytes; the first 16 are read.</param>
    /// <exception cref="ArgumentException">Fewer than 16 bytes.</exception>
    public static DecisionId FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < SizeInBytes)
        {
            throw new ArgumentException($"A decision id has {SizeInBytes} bytes; {bytes.Length} were given.", nameof(bytes));
        }

        return new DecisionId(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
    }

    /// <summary>Writes the 16 bytes of the id.</summary>
    /// <param name="destination">At least 16 bytes.</param>
    /// <exception cref="ArgumentException">Fewer than 16 bytes.</exception>
    public void WriteBytes(Span<byte> destination)
    {
        if (destination.Length < SizeInBytes)
        {
            throw new ArgumentException($"A decision id has {SizeInBytes} bytes; room for {destination.Length} was given.", nameof(destination));
        }

        BinaryPrimitives.WriteUInt64LittleEndian(destination, Payload);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], Seal);
    }

    /// <summary>The 32 hexadecimal digits.</summary>
    public override string ToString() => string.Create(TextLength, this, static (span, id) => id.TryFormat(span, out _));

    /// <inheritdoc cref="ToString()"/>
    /// <param name="format">Ignored.</param>
    /// <param name="formatProvider">Ignored.</param>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <summary>Writes the 32 hexadecimal digits; false if there is no room.</summary>
    /// <param name="destination">Receives the digits.</param>
    /// <param name="charsWritten">32, or 0.</param>
    public bool TryFormat(Span<char> destination, out int charsWritten)
    {
        Span<byte> bytes = stackalloc byte[SizeInBytes];
        WriteBytes(bytes);
        return Convert.TryToHexStringLower(bytes, destination, out charsWritten);
    }

    /// <inheritdoc/>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null)
    {
        Span<byte> bytes = stackalloc byte[SizeInBytes];
        WriteBytes(bytes);
        return Convert.TryToHexStringLower(bytes, utf8Destination, out bytesWritten);
    }

    /// <summary>Reads the 32 hexadecimal digits, in either case.</summary>
    /// <param name="text">The digits.</param>
    /// <param name="id">The id, if the text is one.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out DecisionId id)
    {
        Span<byte> bytes = stackalloc byte[SizeInBytes];
        if (text.Length == TextLength && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done)
        {
            id = FromBytes(bytes);
            return true;
        }

        id = default;
        return false;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out DecisionId)"/>
    public static bool TryParse(ReadOnlySpan<byte> text, out DecisionId id)
    {
        Span<byte> bytes = stackalloc byte[SizeInBytes];
        if (text.Length == TextLength && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done)
        {
            id = FromBytes(bytes);
            return true;
        }

        id = default;
        return false;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out DecisionId result) => TryParse(s, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out DecisionId result) => TryParse(s.AsSpan(), out result);

    /// <inheritdoc/>
    public static DecisionId Parse(ReadOnlySpan<char> s, IFormatProvider? provider) =>
        TryParse(s, out DecisionId id) ? id : throw new FormatException($"'{s}' is not a decision id: {TextLength} hexadecimal digits are expected.");

    /// <inheritdoc/>
    public static DecisionId Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan(), provider);
    }

    static DecisionId IUtf8SpanParsable<DecisionId>.Parse(ReadOnlySpan<byte> utf8Text, IFormatProvider? provider) =>
        TryParse(utf8Text, out DecisionId id) ? id : Parse(Encoding.UTF8.GetString(utf8Text), provider);

    static bool IUtf8SpanParsable<DecisionId>.TryParse(ReadOnlySpan<byte> utf8Text, IFormatProvider? provider, out DecisionId result) =>
        TryParse(utf8Text, out result);

    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        TryFormat(destination, out charsWritten);
}
