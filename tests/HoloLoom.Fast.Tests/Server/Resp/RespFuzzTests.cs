using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using HoloLoom.Fast.Server.Resp;

namespace HoloLoom.Fast.Tests.Server.Resp;

/// <summary>Whatever a client sends, in whatever pieces: every command has one reply, all replies are RESP, and the connection ends.</summary>
public sealed class RespFuzzTests
{
    private static readonly RespOptions s_options = new()
    {
        MaxArguments = Corpus.SmallLimits.MaxArguments,
        MaxBulkLength = Corpus.SmallLimits.MaxBulkLength,
        MaxInlineLength = Corpus.SmallLimits.MaxInlineLength,
        MaxCommandLength = Corpus.SmallLimits.MaxCommandLength,
        MaxPendingOutput = 300,
    };

    /// <summary>HOLOLOOM_FUZZ_INPUTS sets how many inputs are tried, HOLOLOOM_FUZZ_SEED from where they are drawn.</summary>
    [Fact]
    public async Task Every_command_has_one_reply()
    {
        RespServer open = Conversation.Server(s_options);
        RespServer locked = Conversation.Server(s_options with { ApiKey = "secret", ReadOnlyKey = "a" });
        await Task.WhenAll(Enumerable.Range(0, Fuzzing.Shares).Select(share => Task.Run(async () =>
        {
            var random = new Random(Fuzzing.Seed + 100 + share);
            for (int i = 0; i < Fuzzing.Inputs(20_000) / Fuzzing.Shares; i++)
            {
                byte[] input = Corpus.Mutate(random);
                bool isOpen = random.Next(8) > 0;
                byte[] output = await ExchangeAsync(isOpen ? open : locked, input, random);
                List<string> replies = ReplyReader.ReadAll(output);
                int expected = Expected(input, Corpus.SmallLimits);

                // The limits of a locked server depend on whether a mutated key was still right.
                Assert.True(
                    isOpen ? replies.Count == expected : replies.Count <= 1 + Math.Max(expected, Expected(input, RespLimits.BeforeAuthentication)),
                    $"{expected} replies expected to {Convert.ToHexString(input)} ({Encoding.Latin1.GetString(input)}): {string.Join(" | ", replies)}");
            }
        })));
        Assert.Equal((0, 0), (open.Connected, locked.Connected));
    }

    private static int Expected(byte[] input, RespLimits limits)
    {
        (List<string[]> commands, string? error, _) = ParserTwin.ReadAll(input, limits);
        int replies = 0;
        foreach (string[] command in commands.Where(static command => command.Length > 0))
        {
            replies++;
            if (command[0].ToUpperInvariant() is "QUIT" or "POST" or "HOST:")
            {
                return replies;
            }
        }

        return replies + (error is null ? 0 : 1);
    }

    // Everything runs on this thread, so that millions can be tried; only what waits for the disk does not.
    private static async Task<byte[]> ExchangeAsync(RespServer server, byte[] input, Random random)
    {
        var options = new PipeOptions(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 0, useSynchronizationContext: false, minimumSegmentSize: 16);
        using var conversation = new Conversation(server, options);
        int position = 0;
        for (int pieces = random.Next(4); pieces >= 0; pieces--)
        {
            int end = pieces == 0 ? input.Length : random.Next(position, input.Length + 1);
            await conversation.Input.WriteAsync(input.AsMemory(position..end));
            position = end;
        }

        await conversation.Input.CompleteAsync();
        await conversation.Running.WaitAsync(TimeSpan.FromMinutes(1));
        return conversation.Output.TryRead(out ReadResult read) ? read.Buffer.ToArray() : [];
    }
}
