namespace HoloLoom.Fast.Server.Resp;

/// <summary>
/// Confidences as replies. The same few numbers come again and again (by rule there are two; learned, one a cell until the next outcome),
/// and formatting one costs more than deciding: the last ones are kept in a table indexed by the number's bits. For one thread at a time.
/// </summary>
/// <param name="protocol">2 or 3.</param>
internal sealed class ConfidenceTexts(int protocol)
{
    /// <summary>The longest reply.</summary>
    public const int MaxLength = Stride - 1;

    private const int Stride = 32;
    private const int SlotBits = 8;

    private readonly uint[] _numbers = new uint[1 << SlotBits];

    // In each place the length, then the reply.
    private readonly byte[] _texts = new byte[Stride << SlotBits];

    /// <summary>The reply for a confidence. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Of(float confidence)
    {
        uint bits = BitConverter.SingleToUInt32Bits(confidence);
        int slot = (int)(bits * 0x9E3779B1 >> (32 - SlotBits));
        Span<byte> text = _texts.AsSpan(slot * Stride, Stride);
        if (_numbers[slot] != bits || text[0] == 0)
        {
            text[0] = (byte)RespWriter.FormatSingle(confidence, text[1..], protocol);
            _numbers[slot] = bits;
        }

        return text.Slice(1, text[0]);
    }
}
