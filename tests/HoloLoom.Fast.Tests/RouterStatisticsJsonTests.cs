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

    [Fact]
    public void Decisions_by_variant_are_exported_while_there_is_an_experiment()
    {
        var variants = new ExperimentOptions { Name = "trial", Variants = [new VariantOptions("a"), new VariantOptions("b")], Holdout = 0.2 };
        using var router = new Router(new RouterOptions { Seed = 1, Experiment = variants });
        var expected = new Dictionary<string, long>();
        for (int i = 0; i < 200; i++)
        {
            string variant = router.Variants[router.Route("who").Variant];
            expected[variant] = expected.GetValueOrDefault(variant) + 1;
        }

        Assert.Equal(3, expected.Count);
        Assert.Equal(expected, router.GetStatistics().DecisionsByVariant);
        using var json = JsonDocument.Parse(router.GetStatistics().ToJson());
        Assert.Equal(expected["a"], json.RootElement.GetProperty("decisions_by_variant").GetProperty("a").GetInt64());
        using Router without = router.Succeed(new RouterOptions { Seed = 1 });
        Assert.Empty(without.GetStatistics().DecisionsByVariant);
        using var shorter = JsonDocument.Parse(without.GetStatistics().ToJson());
        Assert.False(shorter.RootElement.TryGetProperty("decisions_by_variant", out _));
    }

    [Fact]
    public void What_variants_learn_on_their_own_is_told_by_variant()
    {
        var own = new ExperimentOptions { Name = "trial", Variants = [new VariantOptions("a") { Strategy = "rules" }, new VariantOptions("b") { Strategy = "rules" }] };
        using var router = new Router(new RouterOptions { Seed = 1, Experiment = own });
        var rewards = new Dictionary<string, double>();
        for (int i = 0; i < 40; i++)
        {
            Decision decision = router.Route("who");
            router.Record(decision.Id, new Outcome(i % 3 == 0 ? 1 : 0, 20));
            rewards[router.Variants[decision.Variant]] = rewards.GetValueOrDefault(router.Variants[decision.Variant]) + (i % 3 == 0 ? 1 : 0);
        }

        RouterStatistics statistics = router.GetStatistics();
        Assert.Equal(["a", "b"], statistics.Variants.Select(static variant => variant.Name));
        Assert.Equal(40, statistics.Variants.Sum(static variant => Cell(variant.QueryTypes).Outcomes));
        Assert.Equal(0, Cell(statistics.QueryTypes).Outcomes);
        using var json = JsonDocument.Parse(statistics.ToJson());
        foreach (VariantStatistics variant in statistics.Variants)
        {
            Assert.Equal(1 + rewards[variant.Name], Cell(variant.QueryTypes).Alpha);
            JsonElement cell = json.RootElement.GetProperty("variants").GetProperty(variant.Name).GetProperty("query_types").GetProperty("relationship").GetProperty("backends").GetProperty("neo4j");
            Assert.Equal(Cell(variant.QueryTypes).Alpha, cell.GetProperty("alpha").GetDouble());
            Assert.False(cell.TryGetProperty("decisions", out _));
        }

        using Router shared = router.Succeed(new RouterOptions { Seed = 1, Experiment = own with { Name = "other", SharePosteriors = true } });
        Assert.Empty(shared.GetStatistics().Variants);

        static CellStatistics Cell(IReadOnlyList<QueryTypeStatistics> types) =>
            types.Single(static type => type.Name == "relationship").Backends.Single(static cell => cell.Backend == "neo4j");
    }
}
