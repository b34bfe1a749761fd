using HoloLoom.Fast.Execution;
using static HoloLoom.Fast.Tests.Execution.ScriptedBackend;

namespace HoloLoom.Fast.Tests.Execution;

/// <summary>Each wait there is, by name: the property draws them, this makes sure that none is left out.</summary>
public sealed class CancellationTests
{
    public static TheoryData<string> Patterns => [.. ExecutionPatterns.All];

    [Theory]
    [MemberData(nameof(Patterns))]
    public async Task Before_it_begins(string pattern)
    {
        ScriptedBackend a = Scoring("a", 1);
        Orchestrator orchestrator = Setup.Over(Setup.Unhurried, a);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await orchestrator.RunAsync(pattern, new CancellationToken(canceled: true)));
        Assert.Equal(0, a.Calls);
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public async Task During_the_first_call(string pattern) => await Check(pattern, Setup.Unhurried, Hanging("a"), Scoring("b", 1));

    [Theory]
    [InlineData(ExecutionPatterns.Recursive)]
    [InlineData(ExecutionPatterns.Chain)]
    [InlineData(ExecutionPatterns.Parallel)]
    public async Task During_the_second_call(string pattern) => await Check(pattern, Setup.Unhurried, Scoring("a", 0.1), Hanging("b"));

    [Fact]
    public async Task During_the_failover() => await Check(ExecutionPatterns.FeedForward, Setup.Unhurried, Throwing("a"), Hanging("b"));

    [Fact]
    public async Task During_the_wait_for_a_hedge() => await Check(
        ExecutionPatterns.Hedged, Setup.Unhurried, Hanging("a"), Scoring("b", 1));

    [Fact]
    public async Task While_both_hedges_run() => await Check(
        ExecutionPatterns.Hedged, Setup.Unhurried with { HedgeInitialDelay = TimeSpan.FromMilliseconds(1) }, Hanging("a"), Hanging("b"));

    [Fact]
    public async Task During_the_wait_for_a_retry() => await Check(
        ExecutionPatterns.FeedForward,
        Setup.Unhurried with { Resilience = Setup.Unhurried.Resilience with { Retries = 3, RetryDelay = TimeSpan.FromSeconds(10) } },
        Throwing("a"));

    [Fact]
    public async Task During_a_call_that_ignores_its_token()
    {
        var gate = new TaskCompletionSource<IReadOnlyList<SearchResult>>();
        await Check(ExecutionPatterns.FeedForward, Setup.Unhurried, ends: false, new ScriptedBackend("a", (_, _) => new(gate.Task)));
        gate.SetResult([]);
    }

    [Fact]
    public async Task While_waiting_for_the_execution_of_another()
    {
        ScriptedBackend a = Hanging("a");
        Orchestrator orchestrator = Setup.Over(Setup.Unhurried with { Cache = new ResultCacheOptions() }, a);
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        Task running = orchestrator.ExecuteAsync("q", first.Token).AsTask();
        Task waiting = orchestrator.ExecuteAsync("q", second.Token).AsTask();
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(1, a.Running);
        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Setup.Eventually(() => a.Running == 0);
    }

    private static Task Check(string pattern, OrchestratorOptions options, params ScriptedBackend[] backends) => Check(pattern, options, ends: true, backends);

    private static async Task Check(string pattern, OrchestratorOptions options, bool ends, params ScriptedBackend[] backends)
    {
        Orchestrator orchestrator = Setup.Over(options, backends);
        using var source = new CancellationTokenSource();
        Task running = orchestrator.RunAsync(pattern, source.Token).AsTask();
        await Task.Delay(20);
        Assert.False(running.IsCompleted);
        await source.CancelAsync();
        OperationCanceledException cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(source.Token, cancelled.CancellationToken);
        await Setup.Eventually(() => !ends || backends.All(static backend => backend.Running == 0));
    }
}
