using System.Net;
using System.Text.Json;
using HoloLoom.Fast.Server;
using HoloLoom.Fast.Tests.Persistence;

namespace HoloLoom.Fast.Tests.Server.Http;

public sealed class ConfigurationEndpointsTests
{
    [Fact]
    public async Task A_configuration_is_read_and_replaced_by_its_tag()
    {
        await using HttpServer server = await HttpServer.StartAsync();
        using HttpResponseMessage first = await server.Client.GetAsync("/v1/config");
        string tag = first.Headers.ETag!.ToString();
        Assert.Equal("rules", JsonDocument.Parse(await first.Content.ReadAsStringAsync()).RootElement.GetProperty("strategy").GetString());
        using (HttpResponseMessage same = await server.SendAsync(HttpMethod.Get, "/v1/config", headers: ("If-None-Match", tag)))
        {
            Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        }

        using (HttpResponseMessage replaced = await server.SendAsync(HttpMethod.Put, "/v1/config", """{"strategy":"greedy"}""", headers: ("If-Match", tag)))
        {
            Assert.Equal(HttpStatusCode.OK, replaced.StatusCode);
            Assert.NotEqual(tag, replaced.Headers.ETag!.ToString());
        }

        await server.ProblemAsync(412, HttpMethod.Put, "/v1/config", """{"strategy":"uniform"}""", headers: ("If-Match", tag));
        Assert.Equal("greedy", (await server.PostAsync("/v1/route", """{"query":"a"}""")).GetProperty("strategy").GetString());
        using HttpResponseMessage any = await server.SendAsync(HttpMethod.Put, "/v1/config", """{"strategy":"uniform"}""", headers: ("If-Match", "*"));
        Assert.Equal(HttpStatusCode.OK, any.StatusCode);
        JsonElement problem = await server.ProblemAsync(422, HttpMethod.Put, "/v1/config", """{"backends":["a"],"queryTypes":[{"name":"x","backend":"b","patterns":[]}]}""");
        Assert.StartsWith("$.queryTypes[0]", problem.GetProperty("path").GetString(), StringComparison.Ordinal);
        await server.ProblemAsync(422, HttpMethod.Put, "/v1/config", "{");
        Assert.Equal("uniform", server.Routers.Default.Current.Strategy);
    }

    [Fact]
    public async Task Not_one_request_is_dropped_while_configurations_change_and_every_decision_can_be_credited()
    {
        await using HttpServer server = await HttpServer.StartAsync();
        using var done = new CancellationTokenSource();
        var ids = new System.Collections.Concurrent.ConcurrentBag<string>();
        Task[] clients = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                ids.Add((await server.PostAsync("/v1/route", """{"query":"who"}""")).GetProperty("decision_id").GetString()!);
            }
        }))];
        for (int i = 0; i < 40; i++)
        {
            string strategy = i % 2 == 0 ? "thompson" : "rules";
            using HttpResponseMessage response = await server.SendAsync(HttpMethod.Put, "/v1/config", $$"""{"strategy":"{{strategy}}"}""");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        await done.CancelAsync();
        await Task.WhenAll(clients);
        string[] all = [.. ids];
        Assert.True(all.Length > 40);
        foreach (string[] some in all.Chunk(1000))
        {
            JsonElement results = (await server.PostAsync(
                "/v1/outcomes", JsonSerializer.Serialize(new { outcomes = some.Select(static id => new { decision_id = id, relevance = 1, latency_ms = 1 }) }))).GetProperty("results");
            Assert.All(results.EnumerateArray(), static result => Assert.Equal("accepted", result.GetString()));
        }

        Assert.Equal(all.Length, server.Routers.Default.Current.GetStatistics().Outcomes);
    }

    [Fact]
    public async Task Named_routers_come_and_go_and_are_apart()
    {
        await using HttpServer server = await HttpServer.StartAsync();
        using (HttpResponseMessage made = await server.SendAsync(HttpMethod.Put, "/v1/routers/shop", """{"strategy":"greedy"}""", headers: ("If-None-Match", "*")))
        {
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
            Assert.Equal("/v1/routers/shop", made.Headers.Location!.ToString());
        }

        await server.ProblemAsync(412, HttpMethod.Put, "/v1/routers/shop", "{}", headers: ("If-None-Match", "*"));
        await server.ProblemAsync(412, HttpMethod.Put, "/v1/routers/other", "{}", headers: ("If-Match", "*"));
        await server.ProblemAsync(400, HttpMethod.Put, "/v1/routers/a%20b", "{}");
        JsonElement decision = await server.PostAsync("/v1/routers/shop/route", """{"query":"who"}""");
        Assert.Equal("greedy", decision.GetProperty("strategy").GetString());
        string outcome = $$"""{"outcomes":[{"decision_id":"{{decision.GetProperty("decision_id").GetString()}}","relevance":1,"latency_ms":1}]}""";
        Assert.Equal("unknown", (await server.PostAsync("/v1/outcomes", outcome)).GetProperty("results")[0].GetString());
        Assert.Equal("accepted", (await server.PostAsync("/v1/routers/shop/outcomes", outcome)).GetProperty("results")[0].GetString());
        JsonElement list = JsonDocument.Parse(await server.Client.GetStringAsync("/v1/routers")).RootElement.GetProperty("routers");
        Assert.Equal(["default", "shop"], list.EnumerateArray().Select(static router => router.GetProperty("name").GetString()));
        Assert.Contains("\"greedy\"", await server.Client.GetStringAsync("/v1/routers/shop/stats"), StringComparison.Ordinal);
        using (HttpResponseMessage again = await server.SendAsync(HttpMethod.Put, "/v1/routers/shop", """{"strategy":"rules"}"""))
        {
            Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        }

        Assert.Equal(HttpStatusCode.NoContent, (await server.Client.DeleteAsync("/v1/routers/shop")).StatusCode);
        await server.ProblemAsync(404, HttpMethod.Delete, "/v1/routers/shop");
        await server.ProblemAsync(404, HttpMethod.Post, "/v1/routers/shop/route", """{"query":"who"}""");
        await server.ProblemAsync(400, HttpMethod.Delete, "/v1/routers/default");
    }

    [Fact]
    public async Task A_changed_file_is_put_in_force_if_it_can_be_used()
    {
        using var directory = new TemporaryDirectory();
        string file = Path.Combine(directory.Path, "routing.json");
        File.WriteAllText(file, """{"strategy":"rules"}""");
        await using HttpServer server = await HttpServer.StartAsync(new ServerOptions { ConfigurationFile = file }, RouterOptions.FromFile(file));
        File.WriteAllText(file, """{"strategy":"greedy" }""");
        await UntilAsync(server, "greedy");
        File.WriteAllText(file, """{"strategy":"none of these"}""");
        await Task.Delay(1500);
        Assert.Equal("greedy", server.Routers.Default.Current.Strategy);
        File.WriteAllText(file + ".new", """{"strategy":"thompson"}""");
        File.Move(file + ".new", file, overwrite: true);
        await UntilAsync(server, "thompson");
    }

    private static async Task UntilAsync(HttpServer server, string strategy)
    {
        for (int i = 0; server.Routers.Default.Current.Strategy != strategy; i++)
        {
            Assert.True(i < 500, $"{strategy} is not in force after ten seconds");
            await Task.Delay(20);
        }
    }

    [Fact]
    public async Task A_router_whose_files_are_damaged_is_listed_and_answered_503_by_either_protocol_until_it_is_deleted()
    {
        using var directory = new TemporaryDirectory();
        var router = new RouterOptions { Strategy = "rules", Seed = 1, StateDirectory = directory.Path };
        await using (HttpServer server = await HttpServer.StartAsync(router: router))
        {
            using HttpResponseMessage made = await server.SendAsync(HttpMethod.Put, "/v1/routers/shop", "{}");
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        }

        File.WriteAllText(Path.Combine(directory.Path, "routers", "shop", "configuration.json"), "{");
        await using HttpServer again = await HttpServer.StartAsync(new ServerOptions { RespAddress = "127.0.0.1:0" }, router);
        await again.PostAsync("/v1/route", """{"query":"who"}""");
        Assert.Equal(HttpStatusCode.OK, (await again.Client.GetAsync("/readyz")).StatusCode);
        foreach ((HttpMethod method, string path, string? body) in ((HttpMethod, string, string?)[])[
            (HttpMethod.Post, "route", """{"query":"who"}"""), (HttpMethod.Post, "route/batch", """{"queries":["who"]}"""),
            (HttpMethod.Post, "outcomes", """{"outcomes":[]}"""), (HttpMethod.Get, "stats", null), (HttpMethod.Get, "config", null),
            (HttpMethod.Put, "config", "{}"), (HttpMethod.Get, "experiment", null), (HttpMethod.Get, "history", null)])
        {
            JsonElement problem = await again.ProblemAsync(503, method, $"/v1/routers/shop/{path}", body);
            Assert.Contains("configuration.json", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        JsonElement list = JsonDocument.Parse(await again.Client.GetStringAsync("/v1/routers")).RootElement;
        Assert.Equal(1, list.GetProperty("routers").GetArrayLength());
        Assert.Contains("configuration.json", list.GetProperty("not_served").GetProperty("shop").GetString(), StringComparison.Ordinal);
        Assert.Contains("hololoom_routers_not_served 1", await again.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
        await again.ProblemAsync(409, HttpMethod.Put, "/v1/routers/shop", "{}");
        Assert.StartsWith("-ERR the router 'shop' is not served: ", await again.CommandAsync("ROUTE who ROUTER shop\r\n"), StringComparison.Ordinal);
        using (HttpResponseMessage deleted = await again.SendAsync(HttpMethod.Delete, "/v1/routers/shop"))
        {
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        }

        await again.ProblemAsync(404, HttpMethod.Get, "/v1/routers/shop/stats");
        using HttpResponseMessage anew = await again.SendAsync(HttpMethod.Put, "/v1/routers/shop", "{}");
        Assert.Equal(HttpStatusCode.Created, anew.StatusCode);
    }
}
