using System.Runtime.CompilerServices;
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

    [Fact]
    public async Task A_circuit_is_reported_until_its_break_time_is_over_whether_or_not_anybody_calls_after_it()
    {
        var clock = new HandClock();
        Orchestrator orchestrator = await BrokenAsync(clock);
        Assert.Equal(["a"], _profiler.Report().OpenCircuits);
        Assert.Contains(_profiler.Report().Bottlenecks, static found => found.What.StartsWith("The circuit of a", StringComparison.Ordinal));
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Empty(_profiler.Report().OpenCircuits);
        Assert.DoesNotContain(_profiler.Report().Bottlenecks, static found => found.What.StartsWith("The circuit of a", StringComparison.Ordinal));
        Assert.False(orchestrator.OpenCircuits == BackendSet.None);

        // It is tried, and fails again.
        await Assert.ThrowsAsync<ExecutionException>(async () => await orchestrator.RunAsync(ExecutionPatterns.FeedForward));
        Assert.Equal(["a"], _profiler.Report().OpenCircuits);
    }

    [Fact]
    public async Task An_orchestrator_that_nobody_uses_any_more_is_not_kept_nor_are_its_circuits()
    {
        WeakReference retired = await RetireAsync();
        await AssertCollectedAsync(retired);
        Assert.Empty(_profiler.Report().OpenCircuits);
        Assert.Single(_profiler.Report().Summary.Backends);

        [MethodImpl(MethodImplOptions.NoInlining)]
        async Task<WeakReference> RetireAsync()
        {
            Orchestrator broken = await BrokenAsync(new HandClock());
            Assert.Equal(["a"], _profiler.Report().OpenCircuits);
            return new WeakReference(broken);
        }
    }

    [Fact]
    public async Task A_thread_that_has_executed_by_an_orchestrator_does_not_keep_it()
    {
        WeakReference? retired = null;
        using var executed = new ManualResetEventSlim();
        using var mayEnd = new ManualResetEventSlim();
        var thread = new Thread(() =>
        {
            retired = ExecuteAtOnce();
            executed.Set();
            mayEnd.Wait();
        });
        thread.Start();
        executed.Wait();
        try
        {
            await AssertCollectedAsync(retired!);
        }
        finally
        {
            mayEnd.Set();
            thread.Join();
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        WeakReference ExecuteAtOnce()
        {
            Orchestrator sound = Setup.Over(Setup.Unhurried with { Profiler = _profiler }, ScriptedBackend.Scoring("a", 1));
            ValueTask<ExecutionResult> execution = sound.RunAsync(ExecutionPatterns.FeedForward);
            Assert.True(execution.IsCompletedSuccessfully);
            _ = execution.Result;
            return new WeakReference(sound);
        }
    }

    private static async Task AssertCollectedAsync(WeakReference retired)
    {
        for (int i = 0; i < 100 && retired.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(10);
        }

        Assert.False(retired.IsAlive);
    }

    private async Task<Orchestrator> BrokenAsync(TimeProvider clock)
    {
        OrchestratorOptions options = Setup.Unhurried with
        {
            Profiler = _profiler,
            TimeProvider = clock,
            Resilience = Setup.Unhurried.Resilience with { MinimumThroughput = 2, BreakDuration = TimeSpan.FromHours(1) },
        };
        Orchestrator orchestrator = Setup.Over(options, ScriptedBackend.Throwing("a"));
        while (orchestrator.OpenCircuits == BackendSet.None)
        {
            await Assert.ThrowsAsync<ExecutionException>(async () => await orchestrator.RunAsync(ExecutionPatterns.FeedForward));
        }

        return orchestrator;
    }
}
