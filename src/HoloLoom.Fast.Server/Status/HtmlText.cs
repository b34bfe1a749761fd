using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace HoloLoom.Fast.Server.Status;

/// <summary>HTML under construction. What is interpolated into it is text and is encoded, for elements and quoted attributes alike.</summary>
internal sealed class HtmlText
{
    private readonly StringBuilder _text = new();

    /// <summary>Adds markup with text in it.</summary>
    public HtmlText Add([InterpolatedStringHandlerArgument("")] Markup markup)
    {
        _ = markup;
        return this;
    }

    public byte[] ToUtf8() => Encoding.UTF8.GetBytes(_text.ToString());

    public override string ToString() => _text.ToString();

    /// <summary>An interpolated string: its literals are markup, the rest is not.</summary>
    [InterpolatedStringHandler]
    internal readonly ref struct Markup(int literalLength, int formattedCount, HtmlText text)
    {
        private readonly StringBuilder _text = text._text;

        /// <summary>How long the markup is without what is interpolated; the compiler gives it.</summary>
        public int LiteralLength { get; } = literalLength + formattedCount;

        public void AppendLiteral(string value) => _text.Append(value);

        public void AppendFormatted(string? value) => _text.Append(HtmlEncoder.Default.Encode(value ?? ""));

        public void AppendFormatted(long value) => _text.Append(CultureInfo.InvariantCulture, $"{value:#,0}");

        public void AppendFormatted(DateTime value, string format) => _text.Append(value.ToString(format, CultureInfo.InvariantCulture));

        public void AppendFormatted(double value, string format) => _text.Append(value.ToString(format, CultureInfo.InvariantCulture));
    }
}
