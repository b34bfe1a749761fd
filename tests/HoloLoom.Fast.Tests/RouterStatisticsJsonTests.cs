using System.Text.Json;

namespace HoloLoom.Fast.Tests;

public sealed class RouterStatisticsJsonTests
{
    [Fact]
    public void Everything_learned_is_exported()
    {
        using var router = new Router(new RouterOptions { Seed = 1, Strategy = "rules" });
        router.Record(router.Route("who wrote this").Id, new Outcome(0.9, 35));
        router.Route("find similar");

        using var json = JsonDocument.Parse(router.GetStatistics().ToJson());
        JsonElement root = json.RootElement;
        Assert.Equal("rules", root.GetProperty("strategy").GetString());
        Assert.Equal((2, 1), (root.GetProperty("decisions").GetInt32(), root.GetProperty("outcomes").GetInt32()));
        Assert.Equal(2, root.GetProperty("decisions_by_strategy").GetProperty("rules").GetInt32());
        Assert.Equal(1, root.GetProperty("outcomes_by_result").GetProperty("accepted").GetInt32());
        Assert.Equal(router.QueryTypes, root.GetProperty("query_types").EnumerateObject().Select(static type => type.Name));
        foreach (JsonProperty type in root.GetProperty("query_types").EnumerateObject())
        {
            Assert.Equal(router.Backends, type.Value.GetProperty("backends").EnumerateObject().Select(static backend => backend.Name));
        }

        JsonElement cell = root.GetProperty("query_types").GetProperty("relationship").GetProperty("backends").GetProperty("neo4j");
        Assert.Equal((2.0, 1.0, 35.0), (cell.GetProperty("alpha").GetDouble(), cell.GetProperty("beta").GetDouble(), cell.GetProperty("mean_latency_ms").GetDouble()));
        double[] interval = [.. cell.GetProperty("interval").EnumerateArray().Select(static bound => bound.GetDouble())];

        // Beta(2, 1) has the distribution function x².
        Assert.Equal([Math.Sqrt(0.025), Math.Sqrt(0.975)], interval, static (a, b) => Math.Abs(a - b) < 1e-9);
    }
}
