using System.Text.Json;
using HoloLoom.Fast.Server.Resp;

namespace HoloLoom.Fast.Tests.Server.Resp;

/// <summary>What a client says and what it hears.</summary>
public sealed class RespConnectionTests
{
    private const string AnyId = @"\$[0-9a-f]{32}";

    [Fact]
    public async Task A_decision_is_an_array_of_id_backend_query_type_and_confidence()
    {
        Assert.Matches($@"^\[{AnyId}; \$neo4j; \$relationship; \$0.8\]$", Assert.Single(await Ask("ROUTE \"who wrote this\"\r\n")));
        Assert.Matches(
            $@"^\[{AnyId}; \$mem0; \$personal; ,0.8\]$",
            (await Ask("*2\r\n$5\r\nhello\r\n$1\r\n3\r\n*2\r\n$5\r\nrOuTe\r\n$10\r\nmy profile\r\n"))[1]);
        Assert.Matches($@"^\[{AnyId}; \$qdrant; \$unknown; \$0.5\]$", Assert.Single(await Ask("ROUTE \"\"\r\n")));
    }

    [Fact]
    public async Task Commands_that_come_together_are_answered_in_their_order()
    {
        List<string> replies = await Ask("ROUTE who\r\nROUTE my\r\nPING\r\nROUTE now\r\nfoo\r\nROUTE find AVAILABLE mem0\r\nROUTE who\r\nECHO x\r\n");
        Assert.Equal(8, replies.Count);
        Assert.Contains("$neo4j", replies[0]);
        Assert.Contains("$mem0", replies[1]);
        Assert.Equal("+PONG", replies[2]);
        Assert.Contains("$inmemory", replies[3]);
        Assert.StartsWith("-ERR unknown command", replies[4]);
        Assert.Contains("$mem0; $similarity", replies[5]);
        Assert.Contains("$neo4j", replies[6]);
        Assert.Equal("$x", replies[7]);
    }

    [Fact]
    public async Task Decisions_that_come_together_are_those_that_come_alone()
    {
        // Long, empty, many, and of another router, so that batches end for every reason that there is.
        string[] queries = [.. Enumerable.Range(0, 3000).Select(static i => i % 500 == 250 ? new string('q', 5000) + " who" : $"{(i % 3 == 0 ? "who wrote" : "my")} {i}")];
        string together = string.Concat(queries.Select(static query => $"ROUTE \"{query}\"\r\n"));
        using var alone = new Router(new RouterOptions { Seed = 5, Strategy = "thompson" });
        List<string> replies = await Conversation.AskAsync(Conversation.Server(router: new RouterOptions { Seed = 5, Strategy = "thompson" }), together);
        Assert.Equal(queries.Length, replies.Count);
        Assert.Equal(queries.Select(query => $"{alone.Backends[alone.Route(query).Backend]}"), replies.Select(static reply => reply.Split("; ")[1][1..]));
        Assert.Equal(queries.Length, replies.Distinct().Count());
    }

    [Fact]
    public async Task Many_queries_of_one_command_are_answered_by_an_array()
    {
        string reply = Assert.Single(await Ask("MROUTE who my now \"\"\r\n"));
        Assert.Matches($@"^\[\[{AnyId}; \$neo4j; .*\]; \[{AnyId}; \$mem0; .*\]; \[{AnyId}; \$inmemory; .*\]; \[{AnyId}; \$qdrant; .*\]\]$", reply);

        string[] queries = [.. Enumerable.Range(0, 2000).Select(static i => i == 1000 ? new string('q', 10_000) : $"{i}")];
        List<string> replies = await Ask($"*{queries.Length + 1}\r\n$6\r\nMROUTE\r\n{string.Concat(queries.Select(static query => $"${query.Length}\r\n{query}\r\n"))}PING\r\n");
        Assert.Equal(queries.Length, replies[0].Split("$qdrant").Length - 1);
        Assert.Equal("+PONG", replies[1]);
    }

    [Fact]
    public async Task The_query_comes_first_and_options_follow_in_any_order()
    {
        RespServer server = Conversation.Server();
        server.Routers.Create("other", new RouterOptions { Strategy = "rules", Backends = ["router", "unit", "x"], QueryTypes = [new("all", "x", [])] });
        List<string> replies = await Conversation.AskAsync(
            server,
            "ROUTE AVAILABLE\r\n",
            "ROUTE router AVAILABLE mem0 qdrant\r\n",
            "ROUTE q unit u1 AVAILABLE inmemory ROUTER default\r\n",
            "ROUTE q ROUTER other\r\n",
            "ROUTE q ROUTER other AVAILABLE unit\r\n",
            "ROUTE q AVAILABLE router AVAILABLE unit ROUTER other\r\n",
            "ROUTE q AVAILABLE x UNIT unit ROUTER other\r\n");
        Assert.Equal(
            ["qdrant", "qdrant", "inmemory", "x", "unit", "router", "x"],
            replies.Select(static reply => reply.Split("; ")[1][1..]));
        Assert.Equal(3, (int)await CountAsync("default"));
        Assert.Equal(4, (int)await CountAsync("other"));

        async Task<double> CountAsync(string name)
        {
            string json = Assert.Single(await Conversation.AskAsync(server, $"STATS router {name}\r\n"))[1..];
            return JsonDocument.Parse(json).RootElement.GetProperty("decisions").GetDouble();
        }
    }

    [Theory]
    [InlineData("ROUTE", "ERR wrong number of arguments for 'route' command")]
    [InlineData("MROUTE", "ERR wrong number of arguments for 'mroute' command")]
    [InlineData("OUTCOME 1 2", "ERR wrong number of arguments for 'outcome' command")]
    [InlineData("ROUTE q mem0", "ERR syntax error: ROUTE query")]
    [InlineData("ROUTE q AVAILABLE", "ERR syntax error: ROUTE query")]
    [InlineData("ROUTE q AVAILABLE mem0 ROUTER", "ERR syntax error: ROUTE query")]
    [InlineData("ROUTE q ROUTER default ROUTER default", "ERR syntax error: ROUTE query")]
    [InlineData("ROUTE q ROUTER default mem0", "ERR syntax error: ROUTE query")]
    [InlineData("ROUTE q ROUTER nobody", "ERR there is no router 'nobody'")]
    [InlineData("ROUTE q ROUTER \"\"", "ERR there is no router ''")]
    [InlineData("ROUTE q AVAILABLE mem0 nothing", "ERR 'nothing' is not a backend of this router; it has neo4j, qdrant, mem0, inmemory, hybrid")]
    [InlineData("STATS x", "ERR syntax error: STATS [ROUTER name]")]
    [InlineData("STATS ROUTER x", "ERR there is no router 'x'")]
    [InlineData("OUTCOME 00000000000000000000000000000000 x 1", "ERR relevance is 'x'; a number is expected")]
    [InlineData("OUTCOME 00000000000000000000000000000000 1 1ms", "ERR latency_ms is '1ms'; a number is expected")]
    [InlineData("OUTCOME 00000000000000000000000000000000 1.5 1", "ERR the outcome cannot be recorded: relevance is 1.5")]
    [InlineData("OUTCOME 00000000000000000000000000000000 NaN 1", "ERR the outcome cannot be recorded: relevance is NaN")]
    [InlineData("OUTCOME 00000000000000000000000000000000 1 -1", "ERR the outcome cannot be recorded: latency_ms is -1")]
    [InlineData("OUTCOME 00000000000000000000000000000000 1 1 COST", "ERR syntax error: OUTCOME id")]
    [InlineData("OUTCOME 00000000000000000000000000000000 1 1 COST x", "ERR cost is 'x'; a number is expected")]
    [InlineData("OUTCOME 00000000000000000000000000000000 1 1 FEEDBACK 2", "ERR the outcome cannot be recorded: feedback is 2")]
    [InlineData("OUTCOME 00000000000000000000000000000000 1 1 ROUTER x", "ERR there is no router 'x'")]
    [InlineData("OUTCOME 00000000000000000000000000000000 1 1 x y", "ERR syntax error: OUTCOME id")]
    [InlineData("OUTCOME 00000000000000000000000000000000 1 1 x y DURABLE", "ERR syntax error: OUTCOME id")]
    [InlineData("get k v", "ERR unknown command 'get', with args beginning with: 'k' 'v' ")]
    [InlineData("\"a\\r\\nb\"", "ERR unknown command 'a  b', with args beginning with: ")]
    [InlineData("\0route q", "ERR unknown command '\0route', with args beginning with: 'q' ")]
    [InlineData("PING a b", "ERR wrong number of arguments for 'ping' command")]
    [InlineData("SELECT 1", "ERR DB index is out of range")]
    [InlineData("SELECT x", "ERR value is not an integer or out of range")]
    [InlineData("HELLO 4", "NOPROTO unsupported protocol version")]
    [InlineData("HELLO x", "ERR Protocol version is not an integer or out of range")]
    [InlineData("HELLO 3 AUTH x", "ERR Syntax error in HELLO option 'AUTH'")]
    [InlineData("HELLO 3 SETNAME \"a b\"", "ERR Client names cannot contain spaces, newlines or special characters.")]
    [InlineData("CLIENT SETNAME \"a b\"", "ERR Client names cannot contain spaces, newlines or special characters.")]
    [InlineData("CLIENT KILL 1", "ERR unknown subcommand or wrong number of arguments for 'KILL'")]
    [InlineData("CONFIG SET save 1", "ERR only CONFIG GET is understood here")]
    [InlineData("AUTH x", "ERR AUTH <password> called without any password configured for the default user.")]
    public async Task What_cannot_be_done_is_said(string command, string expected)
    {
        List<string> replies = await Ask($"{command}\r\nPING\r\n");
        Assert.StartsWith($"-{expected}", replies[0], StringComparison.Ordinal);
        Assert.Equal("+PONG", replies[1]);
        Assert.Equal(2, replies.Count);
    }

    [Theory]
    [InlineData("*1\r\n$x\r\n", "ERR Protocol error: invalid bulk length")]
    [InlineData("*1\r\nx", "ERR Protocol error: expected '$', got 'x'")]
    [InlineData("PING \"x\r\n", "ERR Protocol error: unbalanced quotes in request")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\n", "ERR this is not an HTTP port")]
    public async Task What_cannot_be_understood_ends_the_connection(string input, string expected)
    {
        List<string> replies = await Ask($"ROUTE who\r\n{input}PING\r\nPING\r\n");
        Assert.Equal(2, replies.Count);
        Assert.Contains("neo4j", replies[0]);
        Assert.Equal($"-{expected}", replies[1]);
    }

    [Fact]
    public async Task Outcomes_are_credited_once()
    {
        RespServer server = Conversation.Server();
        using var client = new Conversation(server);
        string id = await DecideAsync(client);
        await client.SendAsync($"OUTCOME {id} 0.9 12\r\nOUTCOME {id.ToUpperInvariant()} 0.9 12 COST 0.1 FEEDBACK 1\r\nOUTCOME {id[..31]}{(id[31] == '0' ? '1' : '0')} 1 1\r\nOUTCOME nothing 1 1\r\n");
        Assert.Equal("+ACCEPTED", await client.ReceiveAsync());
        Assert.Equal("+DUPLICATE", await client.ReceiveAsync());
        Assert.Equal("+UNKNOWN", await client.ReceiveAsync());
        Assert.Equal("+UNKNOWN", await client.ReceiveAsync());

        RespServer two = Conversation.Server();
        two.Routers.Create("durable", new RouterOptions { Backends = ["a"], QueryTypes = [new("all", "a", [])] });
        using var other = new Conversation(two);
        id = await DecideAsync(other, " ROUTER durable");
        await other.SendAsync($"OUTCOME {id} 0.9 12\r\nOUTCOME {id} 0.9 12 ROUTER durable\r\n");
        Assert.Equal("+UNKNOWN", await other.ReceiveAsync());
        Assert.Equal("+ACCEPTED", await other.ReceiveAsync());
    }

    [Fact]
    public async Task Handshakes_are_answered_as_clients_expect()
    {
        List<string> replies = await Ask(
            "HELLO\r\nHELLO 3 SETNAME abc\r\nCLIENT GETNAME\r\nCLIENT SETINFO LIB-NAME lib(x)\r\nCLIENT SETINFO lib-ver 1.2\r\nCLIENT SETINFO other 1\r\nCLIENT INFO\r\nCLIENT NO-EVICT on\r\nRESET\r\nCLIENT GETNAME\r\nQUIT\r\nPING\r\n");
        Assert.Matches(@"^\[\$server; \$hololoom; \$version; \$7.0.0; \$proto; :2; \$id; :\d+; \$mode; \$standalone; \$role; \$master; \$modules; \[\]\]$", replies[0]);
        Assert.Matches(@"^\{\$server: \$hololoom; .*\$proto: :3; .*\}$", replies[1]);
        Assert.Equal(["$abc", "+OK", "+OK"], replies[2..5]);
        Assert.StartsWith("-ERR Unrecognized option 'other'", replies[5]);
        Assert.Matches(@"^\$id=\d+ addr= name=abc idle=0 user=default resp=3 lib-name=lib\(x\) lib-ver=1.2\n$", replies[6]);
        Assert.Equal(["+OK", "+RESET", "null", "+OK"], replies[7..]);
    }

    [Fact]
    public async Task Tools_are_told_what_they_ask()
    {
        List<string> replies = await Ask(
            "CONFIG GET save\r\nCONFIG GET appendonly timeout\r\nCONFIG GET nothing\r\nCOMMAND COUNT\r\nCOMMAND INFO route nothing\r\nCOMMAND DOCS ping\r\nINFO stats server\r\nCOMMAND\r\nCOMMAND LIST\r\nCOMMAND DOCS\r\nSELECT 0\r\nHELLO 3\r\nCONFIG GET save\r\nCOMMAND INFO nothing\r\n");
        Assert.Equal("[$save; $]", replies[0]);
        Assert.Equal("[$appendonly; $no; $timeout; $600]", replies[1]);
        Assert.Equal("[]", replies[2]);
        Assert.Equal($":{CommandTable.All.Count}", replies[3]);
        Assert.Equal("[[$route; :-2; [+write; +fast]; :0; :0; :0; []; []; []; []]; null]", replies[4]);
        Assert.Equal("[$ping; [$summary; $Answers PONG, or its argument; $since; $0.1.0; $group; $connection]]", replies[5]);
        Assert.Contains("# Server\r\nredis_version:7.0.0\r\n", replies[6]);
        Assert.Contains("\r\n# Stats\r\ntotal_connections_received:1\r\n", replies[6]);
        Assert.DoesNotContain("# Clients", replies[6]);
        Assert.Equal("+OK", replies[10]);
        Assert.Equal("{$save: $}", replies[12]);
        Assert.Equal("[null]", replies[13]);
    }

    [Fact]
    public async Task Clients_are_listed_while_they_are_there()
    {
        RespServer server = Conversation.Server();
        using var first = new Conversation(server);
        using var second = new Conversation(server);
        await first.SendAsync("CLIENT SETNAME one\r\nCLIENT LIST\r\n");
        Assert.Equal("+OK", await first.ReceiveAsync());
        Assert.Equal(2, (await first.ReceiveAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        await first.HangUpAsync();
        await second.SendAsync("CLIENT LIST\r\n");
        string list = await second.ReceiveAsync();
        Assert.Equal(1, list.Count(static one => one == '\n'));
        Assert.DoesNotContain("name=one", list);
    }

    [Fact]
    public async Task A_strategy_that_throws_fails_its_query_alone()
    {
        RespServer server = Conversation.Server(router: new RouterOptions { CustomStrategy = new Refusing() });
        List<string> replies = await Conversation.AskAsync(server, "ROUTE a\r\nROUTE b\r\nMROUTE a b\r\nROUTE a UNIT u\r\nPING\r\n");
        Assert.Equal("-ERR the query could not be routed: not today", replies[0]);
        Assert.Equal(replies[0], replies[1]);
        Assert.Equal($"[{replies[0]}; {replies[0]}]", replies[2]);
        Assert.Equal(replies[0], replies[3]);
        Assert.Equal("+PONG", replies[4]);
    }

    [Fact]
    public async Task A_configuration_that_is_replaced_holds_from_the_next_query_on()
    {
        RespServer server = Conversation.Server(router: Small("a", "b"));
        using var client = new Conversation(server);
        await client.SendAsync("ROUTE q AVAILABLE b\r\nROUTE q\r\n");
        Assert.Contains("$b", await client.ReceiveAsync());
        string old = await client.ReceiveAsync();
        Assert.Contains("$a", old);
        server.Routers.Default.Replace(Small("c", "b", "a"));
        await client.SendAsync($"ROUTE q AVAILABLE b\r\nROUTE q\r\nROUTE q AVAILABLE a\r\nOUTCOME {old.Split("; ")[0][2..]} 1 1\r\n");
        Assert.Contains("$b", await client.ReceiveAsync());
        Assert.Contains("$c", await client.ReceiveAsync());
        Assert.Contains("$a", await client.ReceiveAsync());
        Assert.Equal("+ACCEPTED", await client.ReceiveAsync());

        // What a backend that is gone decided cannot be credited to any.
        await client.SendAsync("ROUTE q AVAILABLE a\r\n");
        old = await client.ReceiveAsync();
        server.Routers.Default.Replace(Small("c", "b"));
        await client.SendAsync($"OUTCOME {old.Split("; ")[0][2..]} 1 1\r\nROUTE q AVAILABLE a\r\n");
        Assert.Equal("+EXPIRED", await client.ReceiveAsync());
        Assert.Equal("-ERR 'a' is not a backend of this router; it has c, b", await client.ReceiveAsync());

        static RouterOptions Small(params string[] backends) => new() { Backends = backends, QueryTypes = [new("all", backends[0], [])], Strategy = "rules" };
    }

    [Fact]
    public async Task A_router_that_is_removed_is_no_more()
    {
        RespServer server = Conversation.Server();
        server.Routers.Create("other", new RouterOptions());
        using var client = new Conversation(server);
        await client.SendAsync("ROUTE q ROUTER other\r\n");
        Assert.StartsWith("[", await client.ReceiveAsync());
        Assert.True(server.Routers.Remove("other"));
        await client.SendAsync("ROUTE q ROUTER other\r\n");
        Assert.Equal("-ERR there is no router 'other'", await client.ReceiveAsync());

        // As if it had been removed between finding it and deciding.
        server.Routers.Dispose();
        Assert.All(await Conversation.AskAsync(server, "ROUTE q\r\nROUTE q UNIT u\r\n"), static reply => Assert.StartsWith("-ERR the query could not be routed: ", reply));
    }

    [Fact]
    public async Task Asked_to_stop_it_answers_what_has_come_and_ends()
    {
        using var client = new Conversation(Conversation.Server());
        await client.SendAsync("PING\r\n");
        Assert.Equal("+PONG", await client.ReceiveAsync());
        client.Connection.Stop();
        await client.Running.WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Input_in_many_pieces_is_answered_as_in_one()
    {
        string[] commands = ["*2\r\n$5\r\nROUTE\r\n$9\r\nwho wrote\r\n", "PING\r\n", $"ECHO {new string('x', 9000)}\r\n", "*1\r\n$4\r\nPING\r\n"];
        string input = string.Concat(Enumerable.Repeat(string.Concat(commands), 3));
        foreach (int size in (int[])[1, 2, 3, 7, 1000, 4095, 4096, 4097])
        {
            List<string> replies = await Conversation.AskAsync(Conversation.Server(), [.. input.Chunk(size).Select(static piece => new string(piece))]);
            Assert.Equal(12, replies.Count);
            Assert.All(replies.Chunk(4), static four => Assert.Equal("+PONG", four[3]));
        }
    }

    private static Task<List<string>> Ask(string input) => Conversation.AskAsync(Conversation.Server(), input);

    private static async Task<string> DecideAsync(Conversation client, string options = "")
    {
        await client.SendAsync($"ROUTE who{options}\r\n");
        return (await client.ReceiveAsync()).Split("; ")[0][2..];
    }

    private sealed class Refusing : Strategies.IRoutingStrategy
    {
        public string Name => "refusing";

        public bool IsLearned => false;

        public int Choose(ref Strategies.StrategyContext context) => throw new InvalidOperationException("not\r\ntoday".Replace("\r\n", " ", StringComparison.Ordinal));
    }
}
