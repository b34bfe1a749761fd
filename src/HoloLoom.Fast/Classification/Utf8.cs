using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Classification;

/// <summary>Decodes UTF-8 as far as classification needs it.</summary>
internal static class Utf8
{
    private const uint Replacement = 0xFFFD;

    /// <summary>The UTF-16 unit of a sequence, its first byte read already; moves past the rest.</summary>
    /// <remarks>
    /// What is not valid gives U+FFFD and moves past the first byte only: continuation bytes then give U+FFFD each, which is no word
    /// character either, so that their number does not matter. So do supplementary characters, whose surrogates are no word characters.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint DecodeRest(ReadOnlySpan<byte> utf8, uint first, ref int next)
    {
        if (first is >= 0xC2 and < 0xE0)
        {
            if ((uint)next < (uint)utf8.Length && (utf8[next] & 0xC0) == 0x80)
            {
                return (first & 0x1F) << 6 | (uint)utf8[next++] & 0x3F;
            }
        }
        else if (first is >= 0xE0 and < 0xF0 && utf8.Length - next >= 2)
        {
            uint second = utf8[next];
            uint third = utf8[next + 1];
            uint unit = (first & 0x0F) << 12 | (second & 0x3F) << 6 | third & 0x3F;
            if ((second & 0xC0) == 0x80 && (third & 0xC0) == 0x80 && unit >= 0x800 && !char.IsSurrogate((char)unit))
            {
                next += 2;
                return unit;
            }
        }

        return Replacement;
    }
}
