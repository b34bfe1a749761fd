using System.Text;
using HoloLoom.Fast.Server.Resp;

namespace HoloLoom.Fast.Tests.Server.Resp;

/// <summary>Feeds the parser as a connection does: what was not consumed lies in front of what comes next.</summary>
internal static class ParserDriver
{
    /// <summary>Reads the input in pieces that end at the given places, and at the end.</summary>
    public static (List<string[]> Commands, string? Error, int Consumed) ReadTorn(byte[] input, RespLimits limits, params ReadOnlySpan<int> tears)
    {
        var commands = new List<string[]>();
        var parser = new RespParser();
        int consumed = 0;
        foreach (int end in (ReadOnlySpan<int>)[.. tears, input.Length])
        {
            // A copy of just the bytes that are there, so that reading beyond them cannot go unnoticed.
            byte[] there = input[..end];
            while (true)
            {
                ParseStatus status = parser.Read(there.AsSpan(consumed), limits, out RespCommand command, out int length, out string? error);
                if (status == ParseStatus.Error)
                {
                    parser.Trim();
                    return (commands, error, consumed);
                }

                if (status == ParseStatus.Incomplete)
                {
                    break;
                }

                commands.Add(Arguments(command));
                consumed += length;
            }
        }

        parser.Trim();
        return (commands, null, consumed);
    }

    /// <summary>Asserts that two readings are the same.</summary>
    public static void AssertSame(
        (List<string[]> Commands, string? Error, int Consumed) expected, (List<string[]> Commands, string? Error, int Consumed) actual, byte[] input)
    {
        bool same = expected.Error == actual.Error && expected.Consumed == actual.Consumed && expected.Commands.Count == actual.Commands.Count
            && expected.Commands.Zip(actual.Commands).All(static pair => pair.First.AsSpan().SequenceEqual(pair.Second));
        Assert.True(
            same,
            $"{Convert.ToHexString(input)} ({Encoding.Latin1.GetString(input)}): expected {Show(expected)}, was {Show(actual)}");
    }

    private static string[] Arguments(RespCommand command)
    {
        var arguments = new string[command.Count];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = Encoding.Latin1.GetString(command[i]);
        }

        return arguments;
    }

    private static string Show((List<string[]> Commands, string? Error, int Consumed) reading) =>
        $"[{string.Join("; ", reading.Commands.Select(static command => string.Join(' ', command)))}] {reading.Consumed} {reading.Error}";
}
