using System.Text.Json;
using HoloLoom.Fast.Experiments;

namespace HoloLoom.Fast.Tests.Server.Http;

public sealed class ExperimentEndpointTests
{
    private const string Configuration =
        """{"seed":1,"experiment":{"name":"e","variants":[{"name":"rules","strategy":"rules"},{"name":"learned","strategy":"thompson"}]}}""";

    [Theory]
    [InlineData("")]
    [InlineData("/routers/shop")]
    public async Task It_tells_what_the_engine_reports(string router)
    {
        await using HttpServer server = await HttpServer.StartAsync(router: RouterOptions.FromJson(Configuration));
        using (await server.SendAsync(HttpMethod.Put, "/v1/routers/shop", Configuration))
        {
        }

        for (int i = 0; i < 20; i++)
        {
            string id = (await server.PostAsync($"/v1{router}/route", """{"query":"who"}""")).GetProperty("decision_id").GetString()!;
            await server.PostAsync($"/v1{router}/outcomes", $$"""{"outcomes":[{"decision_id":"{{id}}","relevance":0.9,"latency_ms":3}]}""");
        }

        string told = await server.Client.GetStringAsync($"/v1{router}/experiment");
        Router engine = (router.Length == 0 ? server.Routers.Default : server.Routers.Find("shop")!).Current;
        Assert.Equal(System.Text.Encoding.UTF8.GetString(ExperimentReport.Of(engine).ToJson()), told);
        JsonElement report = JsonDocument.Parse(told).RootElement;
        Assert.Equal("e", report.GetProperty("experiment").GetString());
        Assert.Equal(20, report.GetProperty("variants").EnumerateArray().Sum(static variant => variant.GetProperty("outcomes").GetInt32()));
    }

    [Fact]
    public async Task A_router_without_one_has_none_to_report()
    {
        await using HttpServer server = await HttpServer.StartAsync();
        JsonElement problem = await server.ProblemAsync(404, HttpMethod.Get, "/v1/experiment");
        Assert.Contains("runs no experiment", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }
}
