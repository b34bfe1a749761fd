using HoloLoom.Fast.Hosting;
using HoloLoom.Fast.Server;
using HoloLoom.Fast.Server.Resp;
using HoloLoom.Fast.Tests.Persistence;

namespace HoloLoom.Fast.Tests.Server.Resp;

/// <summary>Replies that wait for the disk.</summary>
public sealed class DurableOutcomeTests
{
    private static readonly RouterOptions s_options = new() { Strategy = "rules", FlushInterval = Timeout.InfiniteTimeSpan };

    [Fact]
    public async Task A_durable_outcome_is_on_disk_when_it_is_answered()
    {
        using var directory = new TemporaryDirectory();
        using var routers = new RouterRegistry(s_options with { StateDirectory = directory.Path });
        using var client = new Conversation(new RespServer(routers, new RespOptions()));
        for (int i = 1; i <= 5; i++)
        {
            await client.SendAsync("ROUTE who\r\nROUTE my\r\n");
            string[] ids = [await ReceiveIdAsync(client), await ReceiveIdAsync(client)];
            await client.SendAsync($"OUTCOME {ids[0]} 0.9 12 DURABLE\r\n");
            Assert.Equal("+ACCEPTED", await client.ReceiveAsync());
            Assert.Equal((2 * i) - 1, Router.ReadStatistics(directory.Path).Outcomes);
            await client.SendAsync($"OUTCOME {ids[1]} 0.9 12 COST 1 DURABLE FEEDBACK 1\r\nOUTCOME {ids[1]} 0.9 12 DURABLE\r\n");
            Assert.Equal("+ACCEPTED", await client.ReceiveAsync());
            Assert.Equal("+DUPLICATE", await client.ReceiveAsync());
            Assert.Equal(2 * i, Router.ReadStatistics(directory.Path).Outcomes);
        }
    }

    [Fact]
    public async Task Replies_keep_the_order_of_their_commands()
    {
        using var directory = new TemporaryDirectory();
        using var routers = new RouterRegistry(s_options with { StateDirectory = directory.Path });
        RespServer server = new RespServer(routers, new RespOptions());
        using var client = new Conversation(server);
        await client.SendAsync("ROUTE who\r\nROUTE my\r\nROUTE now\r\n");
        string[] ids = [await ReceiveIdAsync(client), await ReceiveIdAsync(client), await ReceiveIdAsync(client)];
        await client.SendAsync(
            $"ROUTE find\r\nOUTCOME {ids[0]} 1 1 DURABLE\r\nOUTCOME x 1 1 DURABLE\r\nOUTCOME {ids[0]} y 1 DURABLE\r\nPING\r\nOUTCOME {ids[1]} 1 1\r\nOUTCOME {ids[2]} 1 1 DURABLE\r\nROUTE who\r\nOUTCOME {ids[2]} 1 1 DURABLE\r\n*x\r\n");
        List<string> replies = await client.HangUpAsync();
        Assert.Equal(10, replies.Count);
        Assert.Contains("similarity", replies[0]);
        Assert.Equal(["+ACCEPTED", "+UNKNOWN", "-ERR relevance is 'y'; a number is expected", "+PONG", "+ACCEPTED", "+ACCEPTED"], replies[1..7]);
        Assert.Contains("relationship", replies[7]);
        Assert.Equal(["+DUPLICATE", "-ERR Protocol error: invalid multibulk length"], replies[8..]);
    }

    [Fact]
    public async Task Outcomes_that_come_together_share_a_flush()
    {
        using var directory = new TemporaryDirectory();
        using var routers = new RouterRegistry(s_options with { StateDirectory = directory.Path });
        RespServer server = new RespServer(routers, new RespOptions());
        const int Clients = 40, Outcomes = 50;
        Conversation[] clients = [.. Enumerable.Range(0, Clients).Select(_ => new Conversation(server))];
        await Task.WhenAll(clients.Select(async client =>
        {
            await client.SendAsync(string.Concat(Enumerable.Repeat("ROUTE who\r\n", Outcomes)));
            string outcomes = "";
            for (int i = 0; i < Outcomes; i++)
            {
                outcomes += $"OUTCOME {await ReceiveIdAsync(client)} 1 1 DURABLE\r\n";
            }

            await client.SendAsync(outcomes);
            Assert.Equal(Enumerable.Repeat("+ACCEPTED", Outcomes), await client.HangUpAsync());
            client.Dispose();
        }));
        Assert.Equal(Clients * Outcomes, Router.ReadStatistics(directory.Path).Outcomes);

        // One for each client at the worst, not one for each outcome.
        Assert.InRange(GroupedFlush.Of(routers.Default.Current).Count, 1, Clients);
    }

    [Fact]
    public async Task No_flush_is_shared_that_began_before_the_outcome()
    {
        using var directory = new TemporaryDirectory();
        using var routers = new RouterRegistry(s_options with { StateDirectory = directory.Path });
        var server = new RespServer(routers, new RespOptions());
        int acknowledged = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            using var client = new Conversation(server);
            for (int i = 0; i < 40; i++)
            {
                await client.SendAsync("ROUTE who\r\n");
                await client.SendAsync($"OUTCOME {await ReceiveIdAsync(client)} 1 1 DURABLE\r\n");
                Assert.Equal("+ACCEPTED", await client.ReceiveAsync());
                int least = Interlocked.Increment(ref acknowledged);
                Assert.InRange(Router.ReadStatistics(directory.Path).Outcomes, least, 8 * 40);
            }
        })));
    }

    [Fact]
    public async Task What_the_disk_refuses_is_not_acknowledged()
    {
        using var directory = new TemporaryDirectory();
        using var routers = new RouterRegistry(s_options with { StateDirectory = directory.Path });
        using var client = new Conversation(new RespServer(routers, new RespOptions()));
        await client.SendAsync("ROUTE who\r\n");
        string id = await ReceiveIdAsync(client);

        // Where the next state would be written, nothing can be.
        Directory.CreateDirectory(directory["state.hlf.tmp"]);
        await client.SendAsync($"OUTCOME {id} 1 1 DURABLE\r\nOUTCOME x 1 1 DURABLE\r\nPING\r\n");
        Assert.StartsWith("-ERR the outcome was recorded but could not be written to disk: ", await client.ReceiveAsync());
        Assert.Equal("+UNKNOWN", await client.ReceiveAsync());
        Assert.Equal("+PONG", await client.ReceiveAsync());
        Directory.Delete(directory["state.hlf.tmp"]);
        await client.SendAsync($"OUTCOME {id} 1 1 DURABLE\r\n");
        Assert.Equal("+DUPLICATE", await client.ReceiveAsync());
        Assert.Equal(1, Router.ReadStatistics(directory.Path).Outcomes);
    }

    [Fact]
    public async Task Ids_that_nobody_gave_out_do_not_make_the_disk_work()
    {
        using var directory = new TemporaryDirectory();
        using var routers = new RouterRegistry(s_options with { StateDirectory = directory.Path });
        Assert.Equal(
            Enumerable.Repeat("+UNKNOWN", 100),
            await Conversation.AskAsync(new RespServer(routers, new RespOptions()), string.Concat(Enumerable.Repeat($"OUTCOME {new string('0', 32)} 1 1 DURABLE\r\n", 100))));
        Assert.Equal(0, GroupedFlush.Of(routers.Default.Current).Count);
    }

    private static async Task<string> ReceiveIdAsync(Conversation client) => (await client.ReceiveAsync()).Split("; ")[0][2..];
}
