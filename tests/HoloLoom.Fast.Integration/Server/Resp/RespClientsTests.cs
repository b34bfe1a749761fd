using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using HoloLoom.Fast.Integration.Native;
using StackExchange.Redis;

namespace HoloLoom.Fast.Integration.Server.Resp;

/// <summary>The programs and libraries that people use to talk to Redis, talking to this.</summary>
public sealed class RespClientsTests
{
    private static readonly string[] s_expected = ["neo4j", "relationship", "ACCEPTED", "DUPLICATE", "ERR wrong number of arguments for 'route' command"];

    [SkippableTheory]
    [InlineData(null)]
    [InlineData("secret")]
    public async Task Redis_cli_gets_decisions(string? key)
    {
        string cli = Toolchain.Program("redis-cli");
        using RespServerProcess server = await RespServerProcess.StartWithKeyAsync(key);
        string port = $"{server.Port}";
        string[] login = key is null ? [] : ["-a", key, "--no-auth-warning"];
        string[] lines = Run("ROUTE", "who wrote the paper on attention", "AVAILABLE", "neo4j").Split('\n');
        Assert.Matches("^[0-9a-f]{32}$", lines[0]);
        Assert.Equal(["neo4j", "relationship", "0.5", ""], lines[1..5]);
        Assert.Equal("ACCEPTED\n", Run("OUTCOME", lines[0], "0.9", "35", "DURABLE"));
        Assert.Equal("DUPLICATE\n", Run("OUTCOME", lines[0], "0.9", "35"));
        Assert.Contains("(double) 0.666", Run("-3", "--no-raw", "ROUTE", "who", "AVAILABLE", "neo4j"));
        Assert.Equal(1, JsonDocument.Parse(Run("STATS")).RootElement.GetProperty("outcomes").GetInt64());
        Assert.Contains("unknown command 'GET'", Run("GET", "k"));
        Assert.DoesNotContain("attention", server.Said, StringComparison.Ordinal);
        Assert.DoesNotContain(key ?? "attention", server.Said, StringComparison.Ordinal);

        // Commands from a file, as for a mass import: it reads replies until its ECHO comes back.
        string script = string.Concat(Enumerable.Repeat("ROUTE \"my profile\"\n", 5000));
        Assert.Contains("errors: 0, replies: 5000", Shell($"\"$1\" -p {port} {string.Join(' ', login)} --pipe", script));

        // At a terminal it asks for the documentation of all commands, and shows it.
        Assert.Contains("decides where a query goes", Shell($"\"$1\" -p {port} {string.Join(' ', login)} COMMAND DOCS route", ""));

        string Run(params string[] arguments) => Toolchain.Run("/", [cli, "-p", port, .. login, .. arguments]);

        string Shell(string line, string input)
        {
            using var directory = new TemporaryDirectory();
            return Toolchain.Run("/", "/bin/sh", "-c", $"{line} < \"$2\"", "sh", cli, directory.Write("input", input));
        }
    }

    [SkippableFact]
    public async Task The_lines_of_the_readme_work()
    {
        _ = Toolchain.Program("redis-cli");
        string readme = File.ReadAllText(Path.Combine(Toolchain.Repository, "src", "HoloLoom.Fast.Server", "README.md"));
        string[] lines = Regex.Match(readme, "## RESP.*?```console\n(.*?)```", RegexOptions.Singleline).Groups[1].Value.Split('\n');
        Assert.Equal("$ hololoom serve --seed 1 &", lines[0]);
        using RespServerProcess server = await RespServerProcess.StartAsync("--seed", "1");
        string answers = "";
        foreach (string line in lines[1..].Where(static line => line.StartsWith("$ redis-cli -p 6380", StringComparison.Ordinal)))
        {
            // As at a terminal.
            string command = line[2..].Replace("redis-cli -p 6380", $"redis-cli --no-raw -p {server.Port}", StringComparison.Ordinal);
            answers += $"{line}\n{Toolchain.Run("/", "/bin/sh", "-c", command)}";
        }

        Assert.Equal(string.Join('\n', lines[1..]), answers);
    }

    [SkippableFact]
    public async Task Redis_cli_speaks_through_a_unix_socket()
    {
        string cli = Toolchain.Program("redis-cli");
        using var directory = new TemporaryDirectory();
        using RespServerProcess server = await RespServerProcess.StartOnSocketAsync(directory["socket"]);
        Assert.Equal("PONG\n", Toolchain.Run("/", cli, "-s", directory["socket"], "PING"));
    }

    [SkippableFact]
    public async Task Redis_benchmark_measures_it()
    {
        string benchmark = Toolchain.Program("redis-benchmark");
        using RespServerProcess server = await RespServerProcess.StartAsync();
        string output = Toolchain.Run(
            "/", benchmark, "-p", $"{server.Port}", "-P", "64", "-c", "50", "-n", "100000", "--csv", "ROUTE", "who wrote the paper on attention");
        Assert.Contains("ROUTE who wrote the paper on attention", output);
        Assert.DoesNotContain("WARN", output);
        using ConnectionMultiplexer redis = await ConnectAsync(server, RedisProtocol.Resp2);
        string statistics = (string)(await redis.GetDatabase().ExecuteAsync("STATS"))!;
        Assert.InRange(JsonDocument.Parse(statistics).RootElement.GetProperty("decisions").GetInt64(), 100_000, 105_000);
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData("secret")]
    public async Task Python_gets_decisions(string key)
    {
        string? python = ((string[])[Toolchain.Program("python3"), "/usr/bin/python3"]).FirstOrDefault(static python =>
            File.Exists(python) && Toolchain.RunToEnd("/", null, python, "-c", "import redis").ExitCode == 0);
        Toolchain.Require(python is not null, "no Python has redis: apt-get install python3-redis");
        using RespServerProcess server = await RespServerProcess.StartWithKeyAsync(key);
        Assert.Equal(s_expected.Select(static one => one.Replace("ERR ", "", StringComparison.Ordinal)), Parse(Toolchain.Run("/", python, Beside("client.py"), $"{server.Port}", key)));
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData("secret")]
    public async Task Node_gets_decisions(string key)
    {
        string node = Toolchain.Program("node");
        var environment = new Dictionary<string, string> { ["NODE_PATH"] = "/usr/share/nodejs" };
        Toolchain.Require(
            Toolchain.RunToEnd("/", environment, node, "-e", "require('redis')").ExitCode == 0, "Node has no redis: apt-get install node-redis");
        using RespServerProcess server = await RespServerProcess.StartWithKeyAsync(key);
        Assert.Equal(s_expected, Parse(Toolchain.Run("/", environment, node, Beside("client.js"), $"{server.Port}", key)));
    }

    [Theory]
    [InlineData(RedisProtocol.Resp2, null)]
    [InlineData(RedisProtocol.Resp3, null)]
    [InlineData(RedisProtocol.Resp2, "secret")]
    [InlineData(RedisProtocol.Resp3, "secret")]
    public async Task Dotnet_gets_decisions(RedisProtocol protocol, string? key)
    {
        using RespServerProcess server = await RespServerProcess.StartWithKeyAsync(key);
        using ConnectionMultiplexer redis = await ConnectAsync(server, protocol, key);
        IDatabase database = redis.GetDatabase();
        RedisResult[] decision = (RedisResult[])(await database.ExecuteAsync("ROUTE", "who wrote the paper on attention", "AVAILABLE", "neo4j"))!;
        Assert.Equal(["neo4j", "relationship"], decision[1..3].Select(static one => (string)one!));
        Assert.Equal(0.5, (double)decision[3]);
        Assert.Equal("ACCEPTED", (string)(await database.ExecuteAsync("OUTCOME", (string)decision[0]!, 0.9, 35, "DURABLE"))!);
        Assert.Equal("DUPLICATE", (string)(await database.ExecuteAsync("OUTCOME", (string)decision[0]!, 0.9, 35))!);

        // From many threads at once through one connection, replies in the order of the commands.
        RedisResult[] decisions = await Task.WhenAll(Enumerable.Range(0, 5000).Select(i => database.ExecuteAsync("ROUTE", i % 2 == 0 ? "who" : "my", "AVAILABLE", i % 3 == 0 ? "mem0" : "hybrid")));
        Assert.Equal(5000, decisions.Select(static one => (string)one[0]!).Distinct().Count());
        Assert.All(decisions.Index(), static one =>
        {
            Assert.Equal(one.Index % 3 == 0 ? "mem0" : "hybrid", (string)one.Item[1]!);
            Assert.Equal(one.Index % 2 == 0 ? "relationship" : "personal", (string)one.Item[2]!);
        });
        RedisServerException refusal = await Assert.ThrowsAsync<RedisServerException>(() => database.ExecuteAsync("ROUTE"));
        Assert.Equal("ERR wrong number of arguments for 'route' command", refusal.Message);
    }

    private static async Task<ConnectionMultiplexer> ConnectAsync(RespServerProcess server, RedisProtocol protocol, string? key = null)
    {
        var options = new ConfigurationOptions { EndPoints = { { "127.0.0.1", server.Port } }, Protocol = protocol, Password = key, ClientName = "dotnet", ConnectTimeout = 20_000, SyncTimeout = 60_000, AsyncTimeout = 60_000 };
        return await ConnectionMultiplexer.ConnectAsync(options);
    }

    private static string[] Parse(string json) => JsonSerializer.Deserialize<string[]>(json)!;

    private static string Beside(string name, [CallerFilePath] string thisFile = "") => Path.Combine(Path.GetDirectoryName(thisFile)!, name);
}
