using HoloLoom.Fast.Execution;
using HoloLoom.Fast.Profiling;
using HoloLoom.Fast.Tests.Execution;

namespace HoloLoom.Fast.Tests.Profiling;

/// <summary>What an orchestrator tells a profiler of executions that go wrong.</summary>
public sealed class ExecutionProfileTests
{
    private readonly Profiler _profiler = new();

    [Theory]
    [InlineData(ExecutionPatterns.FeedForward)]
    [InlineData(ExecutionPatterns.Parallel)]
    [InlineData(ExecutionPatterns.Hedged)]
    [InlineData(ExecutionPatterns.Chain)]
    public async Task Executions_that_nobody_answered_are_measured_and_are_errors(string pattern)
    {
        ScriptedBackend a = ScriptedBackend.Throwing("a"), b = ScriptedBackend.Throwing("b");
        Orchestrator orchestrator = Setup.Over(Setup.Unhurried with { Profiler = _profiler, Learn = false }, a, b);
        for (int i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<ExecutionException>(async () => await orchestrator.RunAsync(pattern));
        }

        a.Script = b.Script = ScriptedBackend.Scoring("x", 1).Script;
        await orchestrator.RunAsync(pattern);
        ProfileSnapshot summary = _profiler.Report().Summary;
        Assert.Equal([(pattern, 6L, 5L)], summary.Patterns.Select(static row => (row.Name, row.Count, row.Errors)));
        Assert.Equal([("any", 6L, 5L)], summary.QueryTypes.Select(static row => (row.Name, row.Count, row.Errors)));
        Assert.True(summary.ExecutionsPerSecond > 0);
    }

    [Fact]
    public async Task An_execution_that_reached_its_deadline_counts_with_the_time_until_then()
    {
        var clock = new HandClock();
        OrchestratorOptions options = Setup.Unhurried with { Profiler = _profiler, TimeProvider = clock };
        ValueTask<ExecutionResult> execution = Setup.Over(options, ScriptedBackend.Hanging("a")).RunAsync(ExecutionPatterns.FeedForward);
        clock.Advance(options.Deadline);
        await Assert.ThrowsAsync<ExecutionException>(async () => await execution);
        LatencySummary row = Assert.Single(_profiler.Report().Summary.Patterns);
        Assert.Equal((1, 1), (row.Count, row.Errors));
        Assert.True(row.P95Ms > 0.98 * options.Deadline.TotalMilliseconds, $"{row.P95Ms}");
    }

    [Fact]
    public async Task A_call_that_its_hedge_has_beaten_counts_with_the_time_until_then_and_is_no_error()
    {
        var clock = new HandClock();
        OrchestratorOptions options = Setup.Unhurried with { Profiler = _profiler, HedgeInitialDelay = TimeSpan.FromSeconds(20), TimeProvider = clock };
        ScriptedBackend a = ScriptedBackend.Hanging("a");
        ValueTask<ExecutionResult> execution = Setup.Over(options, a, ScriptedBackend.Scoring("b", 1)).RunAsync(ExecutionPatterns.Hedged);
        clock.Advance(options.HedgeInitialDelay);
        Assert.Equal("b-1", (await execution).Ids());
        ProfileSnapshot summary = _profiler.Report().Summary;
        Assert.Equal([("a", 1L, 0L), ("b", 1L, 0L)], summary.Backends.Select(static row => (row.Name, row.Count, row.Errors)));
        Assert.True(summary.Backends[0].P95Ms > 0.98 * options.HedgeInitialDelay.TotalMilliseconds, $"{summary.Backends[0].P95Ms}");
        Assert.Equal(0, Assert.Single(summary.Patterns).Errors);
    }
}
