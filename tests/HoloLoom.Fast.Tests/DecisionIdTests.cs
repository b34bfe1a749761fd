using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace HoloLoom.Fast.Tests;

public sealed class DecisionIdTests
{
    [Property]
    public Property Text_and_bytes_of_an_id_are_the_same_id(ulong payload, ulong seal)
    {
        var id = new DecisionId(payload, seal);
        byte[] bytes = new byte[DecisionId.SizeInBytes];
        id.WriteBytes(bytes);
        string text = id.ToString();
        byte[] utf8 = new byte[DecisionId.TextLength];
        bool wrote = id.TryFormat(utf8, out int written) && written == utf8.Length;
        return (wrote && text == Convert.ToHexStringLower(bytes) && Encoding.ASCII.GetString(utf8) == text && $"{id}" == text
            && DecisionId.FromBytes(bytes) == id
            && ParsedFromText<DecisionId>(text) == id && ParsedFromText<DecisionId>(text.ToUpperInvariant()) == id
            && ParsedFromUtf8<DecisionId>(utf8) == id).ToProperty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("0011")]
    [InlineData("0000000000000000000000000000000g")]
    [InlineData("000000000000000000000000000000000")]
    [InlineData(" 0000000000000000000000000000000")]
    [InlineData("\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660")]
    public void What_is_no_id_is_refused(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Assert.False(DecisionId.TryParse(text, out _));
        Assert.False(DecisionId.TryParse(text, CultureInfo.InvariantCulture, out _));
        Assert.False(DecisionId.TryParse(utf8, out _));
        Assert.Contains("32 hexadecimal digits are expected", Assert.Throws<FormatException>(() => ParsedFromText<DecisionId>(text)).Message);
        Assert.Contains("32 hexadecimal digits are expected", Assert.Throws<FormatException>(() => ParsedFromUtf8<DecisionId>(utf8)).Message);
    }

    [Fact]
    public void What_does_not_fit_is_not_written()
    {
        var id = new DecisionId(1, 2);
        Assert.False(id.TryFormat(new char[DecisionId.TextLength - 1], out int written));
        Assert.Equal(0, written);
        Assert.False(id.TryFormat(new byte[DecisionId.TextLength - 1], out written));
        Assert.Equal(0, written);
        Assert.Throws<ArgumentException>(() => id.WriteBytes(new byte[DecisionId.SizeInBytes - 1]));
        Assert.Throws<ArgumentException>(() => DecisionId.FromBytes(new byte[DecisionId.SizeInBytes - 1]));
    }

    private static T ParsedFromText<T>(string text)
        where T : ISpanParsable<T> => T.Parse(text, null);

    private static T ParsedFromUtf8<T>(byte[] text)
        where T : IUtf8SpanParsable<T> => T.Parse(text, null);
}
