using System.Globalization;
using System.Text;

namespace HoloLoom.Fast.Cli.Text;

/// <summary>Confidences as text with at most three decimals: all 1001 of them are made once.</summary>
internal static class Confidence
{
    private static readonly byte[][] Texts =
        [.. Enumerable.Range(0, 1001).Select(thousandths => Encoding.ASCII.GetBytes((thousandths / 1000.0).ToString("0.###", CultureInfo.InvariantCulture)))];

    /// <summary>The nearest text for a number in 0..1.</summary>
    public static ReadOnlySpan<byte> Format(float confidence) => Texts[(int)Math.Clamp((confidence * 1000f) + 0.5f, 0f, 1000f)];
}
