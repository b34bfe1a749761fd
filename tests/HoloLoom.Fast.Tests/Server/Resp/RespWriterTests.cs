using System.Buffers;
using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using HoloLoom.Fast.Server.Resp;

namespace HoloLoom.Fast.Tests.Server.Resp;

public sealed class RespWriterTests
{
    private delegate void Writing(ref RespWriter writer);

    [Fact]
    public void Types_are_written_as_the_protocol_has_them()
    {
        AssertBoth("+OK\r\n", static (ref writer) => writer.Simple("OK"u8));
        AssertBoth("-ERR a  b\r\n", static (ref writer) => writer.Error("ERR a\r\nb"));
        AssertBoth(":-12\r\n", static (ref writer) => writer.Integer(-12));
        AssertBoth(":9223372036854775807\r\n", static (ref writer) => writer.Integer(long.MaxValue));
        AssertBoth("$5\r\na\r\nbc\r\n", static (ref writer) => writer.Bulk("a\r\nbc"u8));
        AssertBoth("$0\r\n\r\n", static (ref writer) => writer.Bulk(""));
        AssertBoth("$2\r\n\u00c3\u00a9\r\n", static (ref writer) => writer.Bulk("\u00e9"));
        AssertBoth("*3\r\n", static (ref writer) => writer.Array(3));
        Assert.Equal("*6\r\n", Written(2, static (ref writer) => writer.Map(3)));
        Assert.Equal("%3\r\n", Written(3, static (ref writer) => writer.Map(3)));
        Assert.Equal("$-1\r\n*-1\r\n", Written(2, static (ref writer) =>
        {
            writer.Null();
            writer.NullArray();
        }));
        Assert.Equal("_\r\n_\r\n", Written(3, static (ref writer) =>
        {
            writer.Null();
            writer.NullArray();
        }));
    }

    [Fact]
    public void What_is_larger_than_a_block_is_written_in_pieces()
    {
        byte[] large = [.. Enumerable.Range(0, 100_000).Select(static i => (byte)i)];
        string written = Written(2, (ref writer) =>
        {
            writer.Simple("OK"u8);
            writer.Bulk(large);
            writer.Integer(1);
        });
        Assert.Equal($"+OK\r\n$100000\r\n{Encoding.Latin1.GetString(large)}\r\n:1\r\n", written);
    }

    [Property]
    public Property Confidences_read_back_as_the_same_number(float number)
    {
        float confidence = float.IsFinite(number) ? Math.Abs(number) % 1 : 0.5f;
        var resp2 = new ConfidenceTexts(2);
        var resp3 = new ConfidenceTexts(3);
        return Enumerable.Range(0, 2).All(_ =>
        {
            string text = Encoding.ASCII.GetString(resp3.Of(confidence));
            string digits = text[1..^2];
            return text[0] == ',' && text.EndsWith("\r\n", StringComparison.Ordinal) && float.Parse(digits, CultureInfo.InvariantCulture) == confidence
                && Encoding.ASCII.GetString(resp2.Of(confidence)) == $"${digits.Length}\r\n{digits}\r\n";
        }).ToProperty();
    }

    [Fact]
    public void Confidences_that_share_a_place_are_told_apart()
    {
        var texts = new ConfidenceTexts(3);
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i <= 2000; i++)
            {
                Assert.Equal($",{(i / 2000f).ToString(CultureInfo.InvariantCulture)}\r\n", Encoding.ASCII.GetString(texts.Of(i / 2000f)));
            }
        }

        Assert.Equal(",1.1754944E-38\r\n", Encoding.ASCII.GetString(texts.Of(1.17549435E-38f)));
        Assert.InRange(new ConfidenceTexts(2).Of(1.17549435E-38f).Length, 1, ConfidenceTexts.MaxLength);
    }

    private static void AssertBoth(string expected, Writing writing)
    {
        Assert.Equal(expected, Written(2, writing));
        Assert.Equal(expected, Written(3, writing));
    }

    private static string Written(int protocol, Writing writing)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new RespWriter(output, protocol);
        writing(ref writer);
        long length = writer.Written;
        writer.Complete();
        Assert.Equal(length, output.WrittenCount);
        return Encoding.Latin1.GetString(output.WrittenSpan);
    }
}
