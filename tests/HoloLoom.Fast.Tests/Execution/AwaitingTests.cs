using HoloLoom.Fast.Execution;
using static HoloLoom.Fast.Tests.Execution.ScriptedBackend;

// To be asked too early, and twice, is what is tested.
#pragma warning disable CA2012, xUnit1031

namespace HoloLoom.Fast.Tests.Execution;

/// <summary>What a caller may do with an execution that is under way, and what comes of it when something goes wrong or is left behind.</summary>
public sealed class AwaitingTests
{
    public static TheoryData<string> Patterns => [.. ExecutionPatterns.All];

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Whoever_asks_for_the_result_too_early_waits_for_it(string pattern)
    {
        var mayAnswer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ScriptedBackend Waiting(string name) => new(name, async (_, token) =>
        {
            await mayAnswer.Task.WaitAsync(token);
            return [new SearchResult($"{name}-1", 1)];
        });
        ValueTask<ExecutionResult> execution = Setup.Over(Setup.Patient, Waiting("a"), Waiting("b")).RunAsync(pattern);
        Assert.False(execution.IsCompleted);
        _ = Task.Delay(20).ContinueWith(_ => mayAnswer.SetResult(), TaskScheduler.Default);
        ExecutionResult result = execution.GetAwaiter().GetResult();
        Assert.Contains("a-1", result.Results.Select(static one => one.Id));
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public async Task The_failure_of_an_execution_that_was_waited_for_is_thrown_too(string pattern)
    {
        ScriptedBackend Late(string name) => new(name, async (_, _) =>
        {
            await Task.Delay(20, CancellationToken.None);
            throw new InvalidOperationException("late and broken");
        });
        Orchestrator orchestrator = Setup.Over(Setup.Patient, Late("a"), Late("b"));
        await Assert.ThrowsAsync<ExecutionException>(() => Task.Run(() => orchestrator.RunAsync(pattern).AsTask().GetAwaiter().GetResult()));
        Assert.Throws<ExecutionException>(() => orchestrator.RunAsync(pattern).GetAwaiter().GetResult());
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public async Task A_result_that_is_fetched_again_and_late_is_the_same(string pattern)
    {
        Orchestrator orchestrator = Setup.Over(Setup.Patient, Slow("a", 5, new SearchResult("a-1", 1)), Slow("b", 5, new SearchResult("b-1", 1)));
        ValueTask<ExecutionResult> execution = orchestrator.RunAsync(pattern);
        ExecutionResult first = await execution;
        for (int i = 0; i < 20; i++)
        {
            ExecutionResult other = await orchestrator.ExecuteAsync(new ExecutionRequest($"another {i}") { Pattern = pattern });
            Assert.NotEqual(first.Decision.Id, other.Decision.Id);
        }

        // Not what a caller should do with a value task; but it does no harm.
        ExecutionResult again = await execution;
        Assert.Equal(first, again);
        Assert.Equal(RecordResult.Accepted, orchestrator.Feedback(again.Decision.Id, 1));
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public async Task What_a_judgement_throws_comes_by_the_task_and_not_at_once(string pattern)
    {
        OrchestratorOptions options = Setup.Patient with { Relevance = static (_, _) => throw new FormatException("no judgement") };
        ValueTask<ExecutionResult> execution = Setup.Over(options, Scoring("a", 1), Scoring("b", 1)).RunAsync(pattern);
        await Assert.ThrowsAsync<FormatException>(async () => await execution);
    }

    [Fact]
    public async Task A_token_that_is_cancelled_while_a_selector_chooses_keeps_the_backend_from_being_called()
    {
        using var source = new CancellationTokenSource();
        OrchestratorOptions options = Setup.Patient with { CustomSelector = new Telling(_ => source.Cancel()) };
        ScriptedBackend a = Scoring("a", 1);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Setup.Over(options, a).ExecuteAsync("anything", source.Token));
        Assert.Equal(0, a.Calls);
    }

    [Fact]
    public async Task A_call_that_a_users_pattern_left_on_another_thread_ends_in_its_own_execution()
    {
        using var mayEnd = new ManualResetEventSlim();
        Task<BackendAnswer>? left = null;
        var slow = new ScriptedBackend("b", (_, _) =>
        {
            mayEnd.Wait(CancellationToken.None);
            return new([new SearchResult("b-1", 1)]);
        });
        OrchestratorOptions options = Setup.Patient with { CustomPatterns = [new Leaving(context => left = Task.Run(() => context.CallAsync(1).AsTask()), slow)] };
        ScriptedBackend first = Scoring("a", 1);
        Orchestrator orchestrator = Setup.Over(options, first, slow);
        Assert.Equal("a-1", (await orchestrator.RunAsync("leaving")).Ids());

        // On the same thread, as nothing was waited for; it is under way when the call that was left ends.
        var answer = new TaskCompletionSource<IReadOnlyList<SearchResult>>();
        first.Script = (_, _) => new(answer.Task);
        ValueTask<ExecutionResult> execution = orchestrator.RunAsync(ExecutionPatterns.FeedForward);
        mayEnd.Set();
        await left!;
        answer.SetResult([new SearchResult("a-2", 1)]);
        ExecutionResult result = await execution;
        Assert.Equal(("a-2", "a"), (result.Ids(), orchestrator.Names(result.Answered)));
    }

    [Fact]
    public async Task What_a_fusion_throws_reaches_the_caller()
    {
        OrchestratorOptions options = Setup.Patient with { Fusion = new ScriptedFusion(() => throw new FormatException("no fusion")) };
        ScriptedBackend[] late = [Slow("a", 5, new SearchResult("a-1", 1)), Slow("b", 10, new SearchResult("b-1", 1))];
        ScriptedBackend[] atOnce = [Scoring("a", 1), Scoring("b", 1)];
        foreach (ScriptedBackend[] backends in (ScriptedBackend[][])[late, atOnce])
        {
            await Assert.ThrowsAsync<FormatException>(async () =>
                await Setup.Over(options, backends).RunAsync(ExecutionPatterns.Parallel).AsTask().WaitAsync(TimeSpan.FromMinutes(1)));
        }
    }

    [Fact]
    public async Task A_backend_may_route_by_the_router_that_called_it()
    {
        Router router = Setup.Router(["a", "b"], "thompson");
        var ids = new System.Collections.Concurrent.ConcurrentBag<DecisionId>();
        ScriptedBackend Routing(string name) => new(name, (query, _) =>
        {
            ids.Add(router.Route(query.Text).Id);
            return new([new SearchResult($"{name}-1", 1)]);
        });
        var orchestrator = new Orchestrator(router, [Routing("a"), Routing("b")], Setup.Patient);
        for (int i = 0; i < 3000; i++)
        {
            ids.Add((await orchestrator.RunAsync(ExecutionPatterns.FeedForward)).Decision.Id);
        }

        Assert.Equal(6000, ids.Distinct().Count());
        Assert.Equal(6000, router.GetStatistics().Decisions);
        Assert.Equal(3000, router.GetStatistics().Outcomes);
    }

    [Fact]
    public async Task A_selector_of_the_users_is_told_of_the_very_decision()
    {
        DecisionId told = default;
        OrchestratorOptions options = Setup.Patient with { CustomSelector = new Telling(id => told = id) };
        Orchestrator orchestrator = Setup.Over(options, Slow("a", 5, new SearchResult("a-1", 1)));
        ExecutionResult result = await orchestrator.ExecuteAsync("anything");
        Assert.Equal(told, result.Decision.Id);
        Assert.Equal(1, orchestrator.Router.GetStatistics().Decisions);
    }

    private sealed class Telling(Action<DecisionId> tell) : IPatternSelector
    {
        public string Choose(string query, in Decision decision, BackendSet available)
        {
            tell(decision.Id);
            return ExecutionPatterns.FeedForward;
        }
    }

    private sealed class Leaving(Action<PatternContext> leave, ScriptedBackend slow) : IExecutionPattern
    {
        public string Name => "leaving";

        public async ValueTask<IReadOnlyList<SearchResult>> RunAsync(PatternContext context)
        {
            leave(context);
            Assert.True(SpinWait.SpinUntil(() => slow.Running == 1, TimeSpan.FromMinutes(1)));
            return (await context.CallAsync(0)).Results;
        }
    }
}
