using System.Text;
using System.Text.Json;

namespace HoloLoom.Fast.Tests.Server.Http;

public sealed class RouteEndpointTests
{
    private static readonly string[] s_odd =
    [
        "who wrote this", "", " ", "MY \"quoted\" back\\slash", "tab\tnew\nline", "naïve café 何 😀", "\u0001\u007F", "a/b </script>", "find\u2028similar", "\uFFFD",
    ];

    [Fact]
    public async Task A_decision_has_the_fields_of_the_lines_of_route_and_is_the_engines()
    {
        await using HttpServer server = await HttpServer.StartAsync();
        using var twin = new Router(new RouterOptions { Strategy = "rules", Seed = 1 });
        foreach (string query in s_odd)
        {
            JsonElement decision = await server.PostAsync("/v1/route", JsonSerializer.Serialize(new { query }));
            Decision expected = twin.Route(query);
            Assert.Equal(
                ["query", "query_type", "backend", "confidence", "decision_id", "strategy", "alternatives"], decision.EnumerateObject().Select(static field => field.Name));
            Assert.Equal(query, decision.GetProperty("query").GetString());
            Assert.Equal(twin.QueryTypes[expected.QueryType], decision.GetProperty("query_type").GetString());
            Assert.Equal(twin.Backends[expected.Backend], decision.GetProperty("backend").GetString());
            Assert.Equal(expected.Confidence, decision.GetProperty("confidence").GetSingle());
            Assert.Equal("rules", decision.GetProperty("strategy").GetString());
            Assert.Equal(twin.Backends.Count - 1, decision.GetProperty("alternatives").GetArrayLength());
        }
    }

    [Fact]
    public async Task A_batch_gives_the_decisions_of_single_requests_in_order()
    {
        await using HttpServer batch = await HttpServer.StartAsync(null, new RouterOptions { Strategy = "rules", Seed = 5 });
        await using HttpServer single = await HttpServer.StartAsync(null, new RouterOptions { Strategy = "rules", Seed = 5 });
        JsonElement decisions = (await batch.PostAsync("/v1/route/batch", JsonSerializer.Serialize(new { queries = s_odd, available = (string[])["mem0", "qdrant"] })))
            .GetProperty("decisions");
        Assert.Equal(s_odd.Length, decisions.GetArrayLength());
        for (int i = 0; i < s_odd.Length; i++)
        {
            JsonElement alone = await single.PostAsync("/v1/route", JsonSerializer.Serialize(new { query = s_odd[i], available = (string[])["qdrant", "mem0"] }));
            foreach (string field in (string[])["query", "query_type", "backend", "confidence", "strategy"])
            {
                Assert.Equal(alone.GetProperty(field).ToString(), decisions[i].GetProperty(field).ToString());
            }

            Assert.Single(decisions[i].GetProperty("alternatives").EnumerateArray());
        }

        Assert.Equal(0, (await batch.PostAsync("/v1/route/batch", """{"queries":[]}""")).GetProperty("decisions").GetArrayLength());
    }

    [Theory]
    [InlineData("application/jsonl", null, true)]
    [InlineData("application/x-ndjson; charset=utf-8", "*/*", true)]
    [InlineData("application/x-ndjson", "application/json", false)]
    [InlineData("application/x-ndjson", "application/json;q=0.5, application/x-ndjson", true)]
    public async Task Lines_go_in_and_out_as_the_client_says(string type, string? accept, bool lines)
    {
        await using HttpServer server = await HttpServer.StartAsync();
        string body = "\"who\"\n\n  {\"id\":1,\"query\":\"my é\",\"more\":[1,{}]}\r\n\"find\"";
        using HttpResponseMessage response = await server.SendAsync(
            HttpMethod.Post, "/v1/route/batch", body, type, accept is null ? [] : [("Accept", accept)]);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        Assert.Equal(lines ? "application/jsonl" : "application/json", response.Content.Headers.ContentType!.MediaType);
        JsonElement[] decisions = lines
            ? [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement)]
            : [.. JsonDocument.Parse(text).RootElement.GetProperty("decisions").EnumerateArray()];
        Assert.Equal(["who", "my é", "find"], decisions.Select(static decision => decision.GetProperty("query").GetString()));
        Assert.Equal(["relationship", "personal", "similarity"], decisions.Select(static decision => decision.GetProperty("query_type").GetString()));
    }

    [Fact]
    public async Task A_unit_keeps_its_variant()
    {
        const string Experiment = """
            { "experiment": { "name": "e", "variants": [{ "name": "a", "strategy": "rules" }, { "name": "b", "strategy": "uniform" }] } }
            """;
        await using HttpServer server = await HttpServer.StartAsync(null, RouterOptions.FromJson(Encoding.UTF8.GetBytes(Experiment)));
        var variants = new HashSet<string>();
        for (int user = 0; user < 30; user++)
        {
            string first = (await server.PostAsync("/v1/route", $$"""{"query":"who","unit":"user {{user}}"}""")).GetProperty("variant").GetString()!;
            string again = (await server.PostAsync("/v1/route", $$"""{"unit":"user {{user}}","query":"my notes"}""")).GetProperty("variant").GetString()!;
            Assert.Equal(first, again);
            variants.Add(first);
        }

        Assert.Equal(2, variants.Count);
    }

    [Theory]
    [InlineData("""{"query":1}""", "'query' is a number; a string is expected.")]
    [InlineData("""{}""", "'query' is missing")]
    [InlineData("""[]""", "The body is a list; a JSON object is expected.")]
    [InlineData("", "The body is not JSON")]
    [InlineData("""{"query":"a" """, "The body is not JSON")]
    [InlineData("""{"query":"a"} x""", "The body is not JSON")]
    [InlineData("""{"query":"a","query":"b"}""", "'query' is there twice.")]
    [InlineData("""{"query":"a","avaliable":[]}""", "'avaliable' is not a field of this request")]
    [InlineData("""{"query":"a","available":["nobody"]}""", "'nobody' is not a backend; there are neo4j")]
    [InlineData("""{"query":"a","available":[]}""", "'available' is empty")]
    [InlineData("""{"query":"a","available":"mem0"}""", "'available' is a string; a list of backends is expected.")]
    [InlineData("""{"query":"a","available":[7]}""", "'available' holds a number")]
    [InlineData("""{"query":"\ud800"}""", "half of a surrogate pair")]
    [InlineData("""{"query":"a","unit":null}""", "'unit' is null; a string is expected.")]
    public async Task What_is_no_request_is_told_why(string body, string detail)
    {
        await using HttpServer server = await HttpServer.StartAsync();
        JsonElement problem = await server.ProblemAsync(400, HttpMethod.Post, "/v1/route", body);
        Assert.Contains(detail, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, server.Routers.Default.Current.GetStatistics().Decisions);
    }

    [Fact]
    public async Task What_is_no_batch_is_told_where()
    {
        await using HttpServer server = await HttpServer.StartAsync(new HoloLoom.Fast.Server.ServerOptions { MaxBatch = 3 });
        JsonElement problem = await server.ProblemAsync(400, HttpMethod.Post, "/v1/route/batch", """{"queries":["a","b",{}]}""");
        Assert.Equal(2, problem.GetProperty("index").GetInt32());
        problem = await server.ProblemAsync(400, HttpMethod.Post, "/v1/route/batch", "\"a\"\n{\"q\":1}\n", "application/jsonl");
        Assert.Equal(1, problem.GetProperty("index").GetInt32());
        await server.ProblemAsync(400, HttpMethod.Post, "/v1/route/batch", "\"a\"\n\"b\" x\n", "application/jsonl");
        await server.ProblemAsync(400, HttpMethod.Post, "/v1/route/batch", "{}");
        await server.ProblemAsync(413, HttpMethod.Post, "/v1/route/batch", """{"queries":["a","b","c","d"]}""");
        await server.ProblemAsync(413, HttpMethod.Post, "/v1/route/batch", "\"a\"\n\"a\"\n\"a\"\n\"a\"\n", "application/x-ndjson");
        await server.ProblemAsync(406, HttpMethod.Post, "/v1/route/batch", """{"queries":["a"]}""", "application/json", ("Accept", "text/html"));
        Assert.Equal(0, server.Routers.Default.Current.GetStatistics().Decisions);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused()
    {
        await using HttpServer server = await HttpServer.StartAsync();
        using var content = new ByteArrayContent([.. "{\"query\":\""u8, 0xFF, .. "\"}"u8]);
        content.Headers.ContentType = new("application/json");
        using HttpResponseMessage response = await server.Client.PostAsync("/v1/route", content);
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains("not UTF-8", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
