using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using HoloLoom.Fast.Hosting;
using HoloLoom.Fast.Server.Metrics;
using HoloLoom.Fast.Server.Resp;

namespace HoloLoom.Fast.Tests.Server.Resp;

/// <summary>From the bytes of the request to those of the reply, deciding allocates nothing.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class AllocationTests
{
    [Theory]
    [InlineData("thompson", 2, "*2\r\n$5\r\nROUTE\r\n$24\r\nwho wrote this paper now\r\n", 64)]
    [InlineData("rules", 3, "*2\r\n$5\r\nROUTE\r\n$24\r\nwho wrote this paper now\r\n", 64)]
    [InlineData("thompson", 2, "*5\r\n$5\r\nROUTE\r\n$2\r\nmy\r\n$9\r\nAVAILABLE\r\n$4\r\nmem0\r\n$6\r\nqdrant\r\n", 3)]
    [InlineData("thompson", 3, "ROUTE \"who wrote\" UNIT u1\r\n", 1)]
    [InlineData("thompson", 2, "*4\r\n$6\r\nMROUTE\r\n$3\r\nwho\r\n$2\r\nmy\r\n$0\r\n\r\n", 16)]
    public async Task Deciding_allocates_nothing(string strategy, int protocol, string command, int pipelined)
    {
        byte[] request = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(command, pipelined)) + "PING\r\n");
        using var routers = new RouterRegistry(new RouterOptions { Strategy = strategy, Seed = 3 });
        using var metrics = new ServerMetrics(routers);
        using var client = new Conversation(new RespServer(routers, new RespOptions(), metrics));
        await client.SendAsync($"HELLO {protocol}\r\n");
        await client.ReceiveAsync();
        await ExchangeAsync(client, request, 2000);

        // Of the whole process, because replies are made on other threads. What the runtime does now and then is not a byte a request.
        const int Times = 20_000;
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5 && least >= Times; attempt++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            await ExchangeAsync(client, request, Times);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.True(least < Times, $"{least} bytes in {Times} exchanges of {pipelined} requests");
        await client.HangUpAsync();
    }

    private static async Task ExchangeAsync(Conversation client, byte[] request, int times)
    {
        for (int i = 0; i < times; i++)
        {
            await client.Input.WriteAsync(request);
            bool answered = false;
            while (!answered)
            {
                // The whole reply has come when its end has, which is that to PING.
                ReadResult read = await client.Output.ReadAsync();
                answered = EndsWithPong(read.Buffer);
                client.Output.AdvanceTo(answered ? read.Buffer.End : read.Buffer.Start, read.Buffer.End);
            }
        }
    }

    private static bool EndsWithPong(in ReadOnlySequence<byte> reply)
    {
        Span<byte> end = stackalloc byte[7];
        if (reply.Length < end.Length)
        {
            return false;
        }

        reply.Slice(reply.Length - end.Length).CopyTo(end);
        return end.SequenceEqual("+PONG\r\n"u8);
    }
}
