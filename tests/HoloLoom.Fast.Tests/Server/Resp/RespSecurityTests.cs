using System.Diagnostics;
using System.Net;
using HoloLoom.Fast.Server;
using HoloLoom.Fast.Server.Resp;

namespace HoloLoom.Fast.Tests.Server.Resp;

/// <summary>Who may do what, and how much a client can make the server hold.</summary>
public sealed class RespSecurityTests
{
    private static readonly RespOptions s_locked = new() { ApiKey = "secret", ReadOnlyKey = "look" };

    [Fact]
    public async Task Without_the_key_nothing_is_answered_but_what_brings_it()
    {
        foreach (CommandInfo info in CommandTable.All)
        {
            string reply = (await Ask($"{info.Name} a b c\r\n"))[0];
            if (info.Access == Access.None)
            {
                Assert.False(reply.StartsWith("-NOAUTH Authentication required.", StringComparison.Ordinal), $"{info.Name}: {reply}");
            }
            else
            {
                Assert.Equal("-NOAUTH Authentication required.", reply);
            }
        }

        Assert.Equal(["-NOAUTH Authentication required."], await Ask("nothing\r\n"));
        Assert.StartsWith("-NOAUTH HELLO must be called with the client already authenticated", Assert.Single(await Ask("HELLO 3\r\n")));
        Assert.Equal(["+RESET"], await Ask("RESET\r\n"));
        Assert.Equal(["+OK"], await Ask("QUIT\r\n"));
        Assert.Equal(["-ERR Protocol error: unauthenticated multibulk length"], await Ask("*11\r\n"));
        Assert.Equal(["-ERR Protocol error: unauthenticated bulk length"], await Ask("*1\r\n$20000\r\n"));
    }

    [Fact]
    public async Task With_the_key_everything_is()
    {
        Assert.Equal(["+OK", "+PONG"], await Ask("AUTH secret\r\nPING\r\n"));
        Assert.Equal(["+OK", "+PONG"], await Ask("AUTH default secret\r\nPING\r\n"));
        List<string> replies = await Ask("HELLO 3 AUTH default secret SETNAME me\r\nROUTE who\r\nRESET\r\nROUTE who\r\nAUTH secret\r\nROUTE who\r\n");
        Assert.StartsWith("{$server", replies[0]);
        Assert.Contains("neo4j", replies[1]);
        Assert.Equal(["+RESET", "-NOAUTH Authentication required.", "+OK"], replies[2..5]);
        Assert.Contains("neo4j", replies[5]);
    }

    [Fact]
    public async Task A_wrong_key_is_refused_and_the_fifth_ends_the_connection()
    {
        const string Wrong = "-WRONGPASS invalid username-password pair or user is disabled.";
        Assert.Equal([Wrong, "-NOAUTH Authentication required."], await Ask("AUTH Secret\r\nPING\r\n"));
        Assert.Equal([Wrong, "-NOAUTH Authentication required."], await Ask("HELLO 3 AUTH default secret1\r\nPING\r\n"));
        Assert.Equal([Wrong, "+OK", "+PONG"], await Ask("AUTH x\r\nAUTH secret\r\nPING\r\n"));
        Assert.Equal([Wrong, Wrong, Wrong, Wrong, Wrong], await Ask(string.Concat(Enumerable.Repeat("AUTH \"\"\r\n", 4)) + "HELLO 2 AUTH a b\r\nAUTH secret\r\n"));

        // Once in, a wrong key changes nothing.
        Assert.Equal(["+OK", Wrong, "+PONG"], await Ask("AUTH secret\r\nAUTH x\r\nPING\r\n"));
    }

    [Fact]
    public async Task Who_may_look_may_not_route()
    {
        foreach (CommandInfo info in CommandTable.All.Where(static info => info.Access != Access.None))
        {
            int arguments = Math.Abs(info.Arity) - 1;
            string reply = (await Ask($"AUTH look\r\n{info.Name}{string.Concat(Enumerable.Repeat(" 0", arguments))}\r\n"))[1];
            bool refused = reply.StartsWith($"-NOPERM", StringComparison.Ordinal);
            Assert.True(refused == (info.Access == Access.Full), $"{info.Name}: {reply}");
        }

        List<string> replies = await Ask("AUTH look\r\nROUTE who\r\nAUTH secret\r\nROUTE who\r\n");
        Assert.StartsWith("-NOPERM", replies[1]);
        Assert.Contains("neo4j", replies[3]);
    }

    [Fact]
    public void Options_that_protect_nothing_are_refused()
    {
        Refused(new RespOptions { ApiKey = "" });
        Refused(new RespOptions { ReadOnlyKey = "a" });
        Refused(new RespOptions { ApiKey = "a", ReadOnlyKey = "a" });
        Refused(new RespOptions { MaxConnections = 0 });
        Refused(new RespOptions { MaxCommandLength = -1 });
        Refused(new RespOptions { TransferTimeout = TimeSpan.Zero });
        Refused(new RespOptions { MaxCommandsPerSecond = 0 });
        new RespOptions { IdleTimeout = Timeout.InfiniteTimeSpan }.Check();

        static void Refused(RespOptions options) => Assert.Throws<ArgumentException>(options.Check);
    }

    [Fact]
    public void Options_do_not_tell_their_keys()
    {
        foreach (string text in (string[])[$"{s_locked}", $"{new ServerOptions { ApiKey = "secret", ReadOnlyKey = "look", Resp = s_locked }}"])
        {
            Assert.Contains("key required", text);
            Assert.DoesNotContain("secret", text);
            Assert.DoesNotContain("look", text);
        }
    }

    [Fact]
    public void Connections_are_counted_and_the_last_one_too_many_refused()
    {
        RespServer server = Conversation.Server(new RespOptions { MaxConnections = 2 });
        long first = server.Enter()!.Value;
        Assert.NotNull(server.Enter());
        Assert.Null(server.Enter());
        server.Leave(first);
        Assert.NotNull(server.Enter());
        Assert.Equal((2, 1), (server.Connected, server.Rejected));
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_not_served_any_further()
    {
        RespServer server = Conversation.Server(new RespOptions { MaxPendingOutput = 4096 });
        using var client = new Conversation(server, pause: 4096);
        const int Commands = 2_000;
        await client.SendAsync(string.Concat(Enumerable.Repeat("STATS\r\n", Commands)));

        // What it holds back is known once it waits: then nothing moves any more.
        long executed = -1;
        while (executed != server.Commands || executed == 0)
        {
            executed = server.Commands;
            await Task.Delay(50);
        }

        Assert.InRange(executed, 1, 3);
        List<string> replies = await client.HangUpAsync();
        Assert.Equal(Commands, replies.Count);
    }

    [Fact]
    public async Task Slow_and_silent_clients_are_overdue()
    {
        RespServer server = Conversation.Server(new RespOptions { TransferTimeout = TimeSpan.FromMilliseconds(50), IdleTimeout = TimeSpan.FromMinutes(1) });
        using var slow = new Conversation(server);
        using var quick = new Conversation(server);
        await slow.SendAsync("PING\r\n*2\r\n$4\r\nECHO\r\n$10\r\nabc");
        await quick.SendAsync("PING\r\n");
        Assert.Equal("+PONG", await slow.ReceiveAsync());
        Assert.Equal("+PONG", await quick.ReceiveAsync());
        await BecomesAsync(slow, true);

        // A byte more is no progress; the rest of the command is.
        await slow.SendAsync("d");
        await Task.Delay(100);
        Assert.True(slow.Connection.IsOverdue());
        await slow.SendAsync("efghij\r\n");
        Assert.Equal("$abcdefghij", await slow.ReceiveAsync());
        await BecomesAsync(slow, false);
        Assert.False(quick.Connection.IsOverdue());

        using var silent = new Conversation(Conversation.Server(new RespOptions { IdleTimeout = TimeSpan.FromMilliseconds(20) }));
        await BecomesAsync(silent, true);
        using var patient = new Conversation(Conversation.Server(new RespOptions { IdleTimeout = Timeout.InfiniteTimeSpan }));
        Assert.False(patient.Connection.IsOverdue());

        static async Task BecomesAsync(Conversation client, bool overdue)
        {
            for (int i = 0; client.Connection.IsOverdue() != overdue; i++)
            {
                Assert.True(i < 1000);
                await Task.Delay(20);
            }
        }
    }

    [Fact]
    public void A_client_may_go_as_fast_as_it_may()
    {
        var clock = new ManualClock();
        var rates = new ClientRates(100, clock);
        ClientRate first = rates.Enter(new IPEndPoint(IPAddress.Loopback, 1));
        ClientRate second = rates.Enter(new IPEndPoint(IPAddress.Loopback, 2));
        ClientRate other = rates.Enter(null);
        Assert.Same(first, second);

        // What a second allows may come at once, and what goes beyond waits for as long as it would have taken.
        Assert.Equal(TimeSpan.Zero, first.Take(60));
        Assert.Equal(TimeSpan.Zero, second.Take(40));
        Assert.Equal(TimeSpan.FromSeconds(0.5), first.Take(50));
        Assert.Equal(TimeSpan.Zero, other.Take(100));
        clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(TimeSpan.Zero, first.Take(0));
        Assert.Equal(TimeSpan.FromMilliseconds(10), first.Take(1));
        clock.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal(TimeSpan.Zero, first.Take(100));
        Assert.Equal(TimeSpan.FromSeconds(1), first.Take(100));

        // To go and come again pays no debt.
        rates.Leave(first);
        rates.Leave(second);
        Assert.Same(first, rates.Enter(new IPEndPoint(IPAddress.Loopback, 3)));
        clock.Advance(TimeSpan.FromSeconds(3));
        rates.Leave(first);
        Assert.NotSame(first, rates.Enter(new IPEndPoint(IPAddress.Loopback, 4)));
    }

    [Fact]
    public async Task A_client_that_is_too_fast_waits()
    {
        RespServer server = Conversation.Server(new RespOptions { MaxCommandsPerSecond = 1000 });
        using var client = new Conversation(server);
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < 3; i++)
        {
            await client.SendAsync(string.Concat(Enumerable.Repeat("MROUTE a b\r\n", 300)));
            for (int reply = 0; reply < 300; reply++)
            {
                Assert.StartsWith("[[", await client.ReceiveAsync());
            }
        }

        // 1800 queries, of which 1000 are free at first and the last 600 are answered before they are waited for.
        Assert.True(Stopwatch.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(190));
        Assert.Equal(900, server.Commands);

        // Asked to stop it does not wait any longer, for however long it would have to.
        await client.SendAsync($"MROUTE {string.Concat(Enumerable.Repeat("a ", 15_000))}\r\nPING\r\n");
        Assert.StartsWith("[[", await client.ReceiveAsync());
        Assert.Equal("+PONG", await client.ReceiveAsync());
        client.Connection.Stop();
        await client.Running.WaitAsync(TimeSpan.FromSeconds(10));
    }

    // It is charged before it has its replies, and also for those that it does not wait for.
    [Theory]
    [InlineData("stays")]
    [InlineData("quits")]
    [InlineData("hangs up")]
    public async Task A_client_that_connects_anew_waits_for_what_it_owes(string first)
    {
        RespServer server = Conversation.Server(new RespOptions { MaxCommandsPerSecond = 100 });
        long started = Stopwatch.GetTimestamp();
        using var spending = new Conversation(server, pause: first == "hangs up" ? 2 : 64 * 1024);
        await spending.SendAsync($"MROUTE {string.Concat(Enumerable.Repeat("a ", 130))}\r\n{(first == "quits" ? "QUIT\r\n" : "")}");
        if (first == "hangs up")
        {
            // While the server waits for it to take what is there.
            await spending.Output.ReadAsync();
            await spending.Output.CompleteAsync();
            await spending.Running.WaitAsync(TimeSpan.FromMinutes(1));
        }
        else
        {
            Assert.StartsWith("[[", await spending.ReceiveAsync());
        }

        using var second = new Conversation(server);
        await second.SendAsync("ROUTE a\r\n");
        Assert.StartsWith("[", await second.ReceiveAsync());
        Assert.True(Stopwatch.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(280));
    }

    [Fact]
    public async Task A_client_that_hangs_up_in_the_middle_leaves_nothing()
    {
        RespServer server = Conversation.Server();
        for (int i = 0; i < 100; i++)
        {
            using var client = new Conversation(server);
            await client.SendAsync("ROUTE who\r\n*2\r\n$5\r\nROU");
            if (i % 2 == 0)
            {
                await client.Output.CompleteAsync();
                await client.SendAsync("TE\r\n$1\r\nq\r\n");
                await client.Input.CompleteAsync();
                await client.Running.WaitAsync(TimeSpan.FromMinutes(1));
            }
            else
            {
                Assert.Single(await client.HangUpAsync());
            }
        }

        Assert.Equal(0, server.Connected);
        Assert.Empty(server.List());
    }

    private static Task<List<string>> Ask(string input) => Conversation.AskAsync(Conversation.Server(s_locked), input);
}
