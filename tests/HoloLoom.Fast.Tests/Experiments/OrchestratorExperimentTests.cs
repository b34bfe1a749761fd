using HoloLoom.Fast.Execution;
using HoloLoom.Fast.Experiments;
using HoloLoom.Fast.Tests.Execution;

namespace HoloLoom.Fast.Tests.Experiments;

/// <summary>Routing and execution patterns, compared together.</summary>
public sealed class OrchestratorExperimentTests
{
    [Fact]
    public async Task Combinations_of_strategy_and_pattern_are_compared_by_whole_executions()
    {
        using var router = new Router(Options());
        var orchestrator = new Orchestrator(
            router,
            [ScriptedBackend.Scoring("a", 0.3), ScriptedBackend.Scoring("b", 0.9)],
            new OrchestratorOptions { Resilience = Setup.Plain });
        for (int i = 0; i < 400; i++)
        {
            ExecutionResult result = await orchestrator.ExecuteAsync($"query {i}");
            Assert.Equal(result.Decision.Variant == 0 ? ExecutionPatterns.FeedForward : ExecutionPatterns.Parallel, result.Pattern);
        }

        var report = ExperimentReport.Of(router);
        Assert.Equal("parallel", report.Winner);
        Assert.All(report.Variants, static row => Assert.Equal(row.Exposures, row.Outcomes));
        Assert.Equal(400, report.Variants.Sum(static row => row.Exposures));
        Assert.Equal((0.0, 1.0), (report.Variants[0].SuccessRate, report.Variants[1].SuccessRate));
    }

    [Fact]
    public async Task A_unit_keeps_its_variant_and_a_remembered_result_is_its_variants()
    {
        using var router = new Router(Options());
        var orchestrator = new Orchestrator(
            router,
            [ScriptedBackend.Scoring("a", 0.3), ScriptedBackend.Scoring("b", 0.9)],
            new OrchestratorOptions { Resilience = Setup.Plain, Cache = new ResultCacheOptions() });
        var seen = new HashSet<int>();
        for (int i = 0; i < 200; i++)
        {
            string unit = $"user {i % 40}";
            int expected = router.Route("what", BackendSet.All, unit).Variant;
            ExecutionResult result = await orchestrator.ExecuteAsync(new ExecutionRequest($"query {i / 100}") { Unit = unit });
            Assert.Equal(expected, result.Decision.Variant);
            Assert.Equal(expected == 0 ? ExecutionPatterns.FeedForward : ExecutionPatterns.Parallel, result.Pattern);
            seen.Add(expected);
        }

        Assert.Equal([0, 1], seen.Order());
        Assert.Equal(4, orchestrator.CacheStatistics.Count);
    }

    [Fact]
    public async Task Without_an_experiment_a_unit_changes_nothing()
    {
        using Router router = Setup.Router(["a"]);
        var orchestrator = new Orchestrator(router, [ScriptedBackend.Scoring("a", 1)], new OrchestratorOptions { Cache = new ResultCacheOptions() });
        Assert.False((await orchestrator.ExecuteAsync(new ExecutionRequest("who") { Unit = "x" })).FromCache);
        Assert.True((await orchestrator.ExecuteAsync(new ExecutionRequest("who") { Unit = "y" })).FromCache);
    }

    [Fact]
    public async Task An_execution_without_an_answer_is_a_failure_of_its_variant()
    {
        using var router = new Router(Options());
        var orchestrator = new Orchestrator(
            router, [ScriptedBackend.Throwing("a"), ScriptedBackend.Throwing("b")], new OrchestratorOptions { Resilience = Setup.Plain });
        for (int i = 0; i < 20; i++)
        {
            await Assert.ThrowsAsync<ExecutionException>(async () => await orchestrator.ExecuteAsync($"query {i}"));
        }

        var report = ExperimentReport.Of(router);
        Assert.Equal(20, report.Variants.Sum(static row => row.Outcomes));
        Assert.All(report.Variants, static row => Assert.Equal(0, row.SuccessRate));
    }

    [Fact]
    public void An_unknown_pattern_is_an_error_with_its_path()
    {
        RouterOptions options = Options();
        using var router = new Router(options with
        {
            Experiment = options.Experiment! with { Variants = [new("x") { Pattern = "paralel" }, new("y")] },
        });
        var error = Assert.Throws<RouterConfigurationException>(() => new Orchestrator(router, [ScriptedBackend.Scoring("a", 1)]));
        Assert.Contains("$.experiment.variants[0].pattern", error.Message);
        Assert.Contains("did you mean 'parallel'?", error.Message);
    }

    private static RouterOptions Options() => new()
    {
        Backends = ["a", "b"],
        QueryTypes = [new QueryTypeOptions("any", "a", [])],
        Seed = 7,
        Experiment = new ExperimentOptions
        {
            Name = "patterns",
            Variants =
            [
                new("single") { Strategy = "rules", Pattern = ExecutionPatterns.FeedForward },
                new("parallel") { Strategy = "rules", Pattern = ExecutionPatterns.Parallel },
            ],
        },
    };
}
