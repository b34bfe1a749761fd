using System.Net;
using System.Text.Json;
using HoloLoom.Fast.Tests.Persistence;

namespace HoloLoom.Fast.Tests.Server.Http;

public sealed class OutcomesEndpointTests
{
    [Fact]
    public async Task Each_outcome_gets_its_answer_in_any_order_and_as_often_as_it_comes()
    {
        await using HttpServer server = await HttpServer.StartAsync();
        string[] ids = [await DecideAsync(server), await DecideAsync(server), await DecideAsync(server)];
        Assert.Equal(["accepted", "unknown", "accepted", "duplicate"], await ReportAsync(server, "", ids[2], new string('0', 32), ids[0], ids[2]));
        Assert.Equal(["unknown", "duplicate", "accepted"], await ReportAsync(server, "?durable=false", "what", ids[0].ToUpperInvariant(), ids[1]));
        Assert.Equal(3, server.Routers.Default.Current.GetStatistics().Outcomes);
        Assert.Empty(await ReportAsync(server, ""));
    }

    [Fact]
    public async Task Whole_lines_of_route_with_the_outcome_added_will_do()
    {
        await using HttpServer server = await HttpServer.StartAsync();
        JsonElement decision = await server.PostAsync("/v1/route", """{"query":"who"}""");
        string line = decision.GetRawText().TrimEnd('}') + ""","relevance":0.9,"latency_ms":4,"cost":null,"feedback":1,"note":{"a":[1]}}""";
        JsonElement results = (await server.PostAsync("/v1/outcomes", $$"""{"outcomes":[{{line}}]}""")).GetProperty("results");
        Assert.Equal("accepted", results[0].GetString());
    }

    [Fact]
    public async Task Durable_means_that_it_is_on_disk_when_the_answer_comes_and_flushes_are_shared()
    {
        using var directory = new TemporaryDirectory();
        using var time = new HaltingTime();
        await using HttpServer server = await HttpServer.StartAsync(
            null, new RouterOptions { StateDirectory = directory.Path, FlushInterval = Timeout.InfiniteTimeSpan, TimeProvider = time });
        for (int i = 1; i <= 3; i++)
        {
            Assert.Equal(["accepted"], await ReportAsync(server, "?durable=true", await DecideAsync(server)));
            Assert.Equal(i, Router.ReadStatistics(directory.Path).Outcomes);
        }

        string[] ids = new string[64];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = await DecideAsync(server);
        }

        long before = HoloLoom.Fast.Server.GroupedFlush.Of(server.Routers.Default.Current).Count;

        // However fast the disk is: the first flush takes until all have been recorded.
        time.Halt();
        Task<string[][]> reports = Task.WhenAll(ids.Select(id => ReportAsync(server, "?durable", id)));
        while (server.Routers.Default.Current.GetStatistics().Outcomes < 67)
        {
            await Task.Delay(10);
        }

        Assert.Equal(3, Router.ReadStatistics(directory.Path).Outcomes);
        time.GoOn();
        string[][] answers = await reports;
        Assert.All(answers, static answer => Assert.Equal(["accepted"], answer));
        Assert.Equal(67, Router.ReadStatistics(directory.Path).Outcomes);
        Assert.InRange(HoloLoom.Fast.Server.GroupedFlush.Of(server.Routers.Default.Current).Count - before, 1, 63);
    }

    [Fact]
    public async Task What_cannot_be_written_is_not_answered_as_durable()
    {
        using var directory = new TemporaryDirectory();
        await using HttpServer server = await HttpServer.StartAsync(
            null, new RouterOptions { StateDirectory = directory.Path, FlushInterval = TimeSpan.FromMilliseconds(20) });

        // Before there is anything to write, lest a flush is under way already.
        string blocked = Path.Combine(directory.Path, "state.hlf.tmp");
        Directory.CreateDirectory(blocked);
        string id = await DecideAsync(server);
        string body = Body(id);
        JsonElement problem = await server.ProblemAsync(503, HttpMethod.Post, "/v1/outcomes?durable=true", body);
        Assert.Contains("duplicate", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await WaitForAsync(server, "/readyz", HttpStatusCode.ServiceUnavailable);
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/healthz")).StatusCode);
        Directory.Delete(blocked);
        Assert.Equal(["duplicate"], await ReportAsync(server, "?durable=true", id));
        Assert.Equal(1, Router.ReadStatistics(directory.Path).Outcomes);
        await WaitForAsync(server, "/readyz", HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("""{"outcomes":[{"decision_id":"00","relevance":0.5}]}""", "Outcome 0: latency_ms is missing")]
    [InlineData("""{"outcomes":[{"relevance":0.5,"latency_ms":1}]}""", "decision_id is missing")]
    [InlineData("""{"outcomes":[{"decision_id":1,"relevance":0.5,"latency_ms":1}]}""", "decision_id is a number; a string is expected")]
    [InlineData("""{"outcomes":[{"decision_id":"0","relevance":1.5,"latency_ms":1}]}""", "Outcome 0:")]
    [InlineData("""{"outcomes":[{"decision_id":"0","relevance":0.5,"latency_ms":-1}]}""", "Outcome 0:")]
    [InlineData("""{"outcomes":[{"decision_id":"0","relevance":1e999,"latency_ms":1}]}""", "Outcome 0:")]
    [InlineData("""{"outcomes":[{"decision_id":"0","relevance":"much","latency_ms":1}]}""", "relevance is a string; a number is expected")]
    [InlineData("""{"outcomes":[7]}""", "it is a number; an object is expected")]
    [InlineData("""{"outcomes":{}}""", "'outcomes' is an object; a list is expected.")]
    [InlineData("""{"outcome":[]}""", "'outcome' is not expected here")]
    [InlineData("""{}""", "'outcomes' is missing")]
    [InlineData("""null""", "The body is null")]
    public async Task A_bad_outcome_is_told_and_nothing_of_its_request_is_recorded(string body, string detail)
    {
        await using HttpServer server = await HttpServer.StartAsync();
        string good = Body(await DecideAsync(server));
        if (body.StartsWith("""{"outcomes":[{""", StringComparison.Ordinal))
        {
            string mixed = good.TrimEnd('}', ']') + "}," + body["""{"outcomes":[""".Length..];
            JsonElement second = await server.ProblemAsync(400, HttpMethod.Post, "/v1/outcomes", mixed);
            Assert.Equal(1, second.GetProperty("index").GetInt32());
        }

        JsonElement problem = await server.ProblemAsync(400, HttpMethod.Post, "/v1/outcomes", body);
        Assert.Contains(detail, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await server.ProblemAsync(400, HttpMethod.Post, "/v1/outcomes?durable=perhaps", good);
        Assert.Equal(0, server.Routers.Default.Current.GetStatistics().Outcomes);
    }

    private static async Task<string> DecideAsync(HttpServer server) => (await server.PostAsync("/v1/route", """{"query":"who"}""")).GetProperty("decision_id").GetString()!;

    private static string Body(params string[] ids) =>
        JsonSerializer.Serialize(new { outcomes = ids.Select(static id => new { decision_id = id, relevance = 0.9, latency_ms = 12 }) });

    private static async Task<string[]> ReportAsync(HttpServer server, string query, params string[] ids) =>
        [.. (await server.PostAsync("/v1/outcomes" + query, Body(ids))).GetProperty("results").EnumerateArray().Select(static result => result.GetString()!)];

    private static async Task WaitForAsync(HttpServer server, string path, HttpStatusCode expected)
    {
        for (int i = 0; (await server.Client.GetAsync(path)).StatusCode != expected; i++)
        {
            Assert.True(i < 500, $"{path} did not come to {expected} within ten seconds");
            await Task.Delay(20);
        }
    }

    /// <summary>A clock that can be made to keep whoever reads it waiting, which a flush does before it writes.</summary>
    private sealed class HaltingTime : TimeProvider, IDisposable
    {
        private readonly ManualResetEventSlim _goes = new(true);

        public void Halt() => _goes.Reset();

        public void GoOn() => _goes.Set();

        public override long GetTimestamp()
        {
            _goes.Wait();
            return base.GetTimestamp();
        }

        public void Dispose() => _goes.Dispose();
    }
}
