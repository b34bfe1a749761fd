using System.Globalization;
using HoloLoom.Fast.Server.Status;

namespace HoloLoom.Fast.Tests.Server.Status;

public sealed class HtmlTextTests
{
    [Theory]
    [InlineData("<script>", "&lt;script&gt;")]
    [InlineData("a\" b='c' & d", "a&quot; b=&#x27;c&#x27; &amp; d")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void What_is_interpolated_is_text(string? text, string expected) =>
        Assert.Equal($"<b title=\"{expected}\">{expected}</b>", new HtmlText().Add($"<b title=\"{text}\">{text}</b>").ToString());

    [Fact]
    public void Half_a_character_is_none() => Assert.Equal("<b>&#xFFFD;</b>", new HtmlText().Add($"<b>{new string('\ud800', 1)}</b>").ToString());

    [Fact]
    public void Numbers_are_written_alike_everywhere()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            var other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            (other.NumberFormat.NumberDecimalSeparator, other.NumberFormat.NumberGroupSeparator, other.DateTimeFormat.DateSeparator) = (",", ".", "/");
            CultureInfo.CurrentCulture = other;
            Assert.Equal("1,234,567 0.50 2026-03-04", new HtmlText().Add($"{1234567L} {0.5:0.00} {new DateTime(2026, 3, 4):yyyy-MM-dd}").ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
