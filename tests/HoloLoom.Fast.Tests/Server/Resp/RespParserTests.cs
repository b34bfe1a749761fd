using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using HoloLoom.Fast.Server.Resp;

namespace HoloLoom.Fast.Tests.Server.Resp;

/// <summary>The parser: what it reads, what it refuses and in which words, and that it reads the same however its input is torn.</summary>
public sealed class RespParserTests
{
    private static readonly RespLimits s_limits = new RespOptions().Limits;

    [Theory]
    [InlineData("*2\r\n$4\r\nECHO\r\n$5\r\na\r\nbc\r\n", "ECHO|a\r\nbc")]
    [InlineData("*1\r\n$0\r\n\r\n", "")]
    [InlineData("*-1\r\n*0\r\n*1\r\n$4\r\nPING\r\n", null, null, "PING")]
    [InlineData("\r\n\nPING\n PING  x\r\n", null, null, "PING", "PING|x")]
    [InlineData("ROUTE \"who \\x41\\n\\\"wrote\" 'it\\'s' \"\\q\\x4g\" a\\b\r\n", "ROUTE|who A\n\"wrote|it's|qx4g|a\\b")]
    [InlineData("a\"b c\" 'd'\r\n", "ab c|d")]
    public void Commands_are_read(string input, params string?[] expected)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(input);
        (List<string[]> commands, string? error, int consumed) = ParserDriver.ReadTorn(bytes, s_limits);
        Assert.Null(error);
        Assert.Equal(bytes.Length, consumed);
        Assert.Equal(expected.Select(static command => command?.Split('|') ?? []), commands);
    }

    [Theory]
    [InlineData("*x\r\n", "invalid multibulk length")]
    [InlineData("*\r\n", "invalid multibulk length")]
    [InlineData("*01\r\n", "invalid multibulk length")]
    [InlineData("*+1\r\n", "invalid multibulk length")]
    [InlineData("*1\rx", "invalid multibulk length")]
    [InlineData("*16385\r\n", "invalid multibulk length")]
    [InlineData("*4294967297\r\n", "invalid multibulk length")]
    [InlineData("*99999999999999999999\r\n", "invalid multibulk length")]
    [InlineData("*00000000000000000000000000000001\r\n", "too big mbulk count string")]
    [InlineData("*1\r\n:1\r\n", "expected '$', got ':'")]
    [InlineData("*1\r\n$x\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$-1\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$1048577\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$00000000000000000000000000000001\r\n", "too big bulk count string")]
    [InlineData("*1\r\n$4\r\nPINGPONG", "expected CRLF after bulk string")]
    [InlineData("*1\r\n$4\r\nPING\r\r", "expected CRLF after bulk string")]
    [InlineData("a 'b\r\n", "unbalanced quotes in request")]
    [InlineData("a \"b\"c\r\n", "unbalanced quotes in request")]
    [InlineData("a \"b\\\"\r\n", "unbalanced quotes in request")]
    public void What_is_no_command_is_refused_in_the_words_of_redis(string input, string expected)
    {
        (List<string[]> commands, string? error, _) = ParserDriver.ReadTorn(Encoding.Latin1.GetBytes($"PING\r\n{input}"), s_limits);
        Assert.Single(commands);
        Assert.Equal(expected, error);
    }

    [Fact]
    public void What_is_too_large_is_refused_before_it_has_come()
    {
        Assert.Equal("too big inline request", Error(new string('a', s_limits.MaxInlineLength + 1)));
        Assert.Null(Error(new string('a', s_limits.MaxInlineLength)));
        Assert.Null(Error($"{new string('a', s_limits.MaxInlineLength)}\n"));
        Assert.Equal("too many arguments in inline request", Error(string.Concat(Enumerable.Repeat("a ", s_limits.MaxArguments + 1)) + "\n"));
        Assert.Equal("unauthenticated multibulk length", Error("*11\r\n", RespLimits.BeforeAuthentication));
        Assert.Equal("unauthenticated bulk length", Error("*2\r\n$16385\r\n", RespLimits.BeforeAuthentication));

        // Each argument is small enough, and there are few enough, but together they are too large: told by the one that would be too much.
        string large = "*9\r\n" + string.Concat(Enumerable.Repeat($"$1048576\r\n{new string('a', 1048576)}\r\n", 3)) + "$1048576\r\n";
        Assert.Equal("too big request", Error(large));

        static string? Error(string input, RespLimits? limits = null) => ParserDriver.ReadTorn(Encoding.Latin1.GetBytes(input), limits ?? s_limits).Error;
    }

    [Fact]
    public void A_command_torn_at_every_byte_is_the_same_command()
    {
        foreach (byte[] input in Corpus.Inputs)
        {
            foreach (RespLimits limits in (RespLimits[])[s_limits, Corpus.SmallLimits, Corpus.SmallLimits with { Authenticated = false }])
            {
                (List<string[]>, string?, int) expected = ParserTwin.ReadAll(input, limits);
                ParserDriver.AssertSame(expected, ParserDriver.ReadTorn(input, limits), input);
                ParserDriver.AssertSame(expected, ParserDriver.ReadTorn(input, limits, [.. Enumerable.Range(0, input.Length)]), input);
                for (int tear = 0; tear < input.Length; tear++)
                {
                    ParserDriver.AssertSame(expected, ParserDriver.ReadTorn(input, limits, tear), input);
                }
            }
        }
    }

    [Property]
    public Property What_clients_send_is_what_is_read(byte[][] arguments, int tear)
    {
        using var sent = new MemoryStream();
        sent.Write(Encoding.ASCII.GetBytes($"*{arguments.Length}\r\n"));
        foreach (byte[] argument in arguments.Select(static argument => argument ?? []))
        {
            sent.Write(Encoding.ASCII.GetBytes($"${argument.Length}\r\n"));
            sent.Write(argument);
            sent.Write("\r\n"u8);
        }

        byte[] input = sent.ToArray();
        (List<string[]> commands, string? error, int consumed) = ParserDriver.ReadTorn(input, s_limits, (int)((uint)tear % (uint)input.Length));
        return (error is null && consumed == input.Length && commands.Count == 1
            && commands[0].SequenceEqual(arguments.Select(static argument => Encoding.Latin1.GetString(argument ?? [])))).ToProperty();
    }

    /// <summary>HOLOLOOM_FUZZ_INPUTS sets how many inputs are tried, HOLOLOOM_FUZZ_SEED from where they are drawn.</summary>
    [Fact]
    public void Mutated_input_is_read_as_by_the_twin()
    {
        Parallel.For(0, Fuzzing.Shares, share =>
        {
            var random = new Random(Fuzzing.Seed + share);
            for (int i = 0; i < Fuzzing.Inputs(200_000) / Fuzzing.Shares; i++)
            {
                byte[] input = Corpus.Mutate(random);
                RespLimits limits = random.Next(4) == 0 ? Corpus.SmallLimits with { Authenticated = false } : Corpus.SmallLimits;
                int[] tears = [.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(input.Length + 1)).Order()];
                ParserDriver.AssertSame(ParserTwin.ReadAll(input, limits), ParserDriver.ReadTorn(input, limits, tears), input);
            }
        });
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        byte[] input = [.. Enumerable.Repeat(Encoding.ASCII.GetBytes("*3\r\n$5\r\nROUTE\r\n$9\r\nwho wrote\r\n$4\r\nUNIT\r\nROUTE \"who wrote\"\r\n"), 50).SelectMany(static one => one)];
        var parser = new RespParser();
        Read(parser, input);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Read(parser, input);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        static void Read(RespParser parser, byte[] input)
        {
            // Torn wherever a piece of 64 bytes ends.
            int consumed = 0;
            for (int end = 0; end <= input.Length; end += 64)
            {
                while (parser.Read(input.AsSpan(consumed, end - consumed), s_limits, out _, out int length, out _) == ParseStatus.Command)
                {
                    consumed += length;
                }
            }

            parser.Restart();
        }
    }

    [Fact]
    public void What_was_read_of_a_torn_command_is_not_read_again()
    {
        // Else the work would grow with the square of what a client sends a byte at a time. What was read is overwritten here, and the command
        // is whole all the same.
        const int Count = 10_000;
        byte[] argument = "$1\r\na\r\n"u8.ToArray();
        byte[] input = [.. Encoding.ASCII.GetBytes($"*{Count}\r\n"), .. Enumerable.Repeat(argument, Count).SelectMany(static one => one)];
        int start = input.Length - (Count * argument.Length);
        var parser = new RespParser();
        for (int end = 1; end < input.Length; end++)
        {
            Assert.Equal(ParseStatus.Incomplete, parser.Read(input.AsSpan(0, end), s_limits, out _, out _, out _));
            if (end >= start)
            {
                input.AsSpan(0, end - ((end - start) % argument.Length)).Fill((byte)'!');
            }
        }

        Assert.Equal(ParseStatus.Command, parser.Read(input, s_limits, out RespCommand command, out int consumed, out _));
        Assert.Equal((Count, input.Length), (command.Count, consumed));
        Assert.True(command[Count - 1].SequenceEqual("a"u8));
        parser.Trim();

        // So it is with a line: what holds no end is not looked through again.
        byte[] line = Encoding.ASCII.GetBytes("ECHO abc\n");
        Assert.Equal(ParseStatus.Incomplete, parser.Read(line.AsSpan(0, 8), s_limits, out _, out _, out _));
        line[4] = (byte)'\n';
        Assert.Equal(ParseStatus.Command, parser.Read(line, s_limits, out _, out consumed, out _));
        Assert.Equal(line.Length, consumed);
    }
}
