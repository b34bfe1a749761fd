using HoloLoom.Fast.Execution;
using static HoloLoom.Fast.Tests.Execution.ScriptedBackend;

// To be asked too early, and twice, is what is tested.
#pragma warning disable CA2012, xUnit1031

namespace HoloLoom.Fast.Tests.Execution;

/// <summary>What a caller may do with an execution that is under way, and what it runs with.</summary>
public sealed class AwaitingTests
{
    private static readonly OrchestratorOptions s_patient = new()
    {
        HedgeInitialDelay = TimeSpan.FromMinutes(1),
        Deadline = TimeSpan.FromMinutes(2),
        Resilience = Setup.Plain with { Timeout = TimeSpan.FromMinutes(1) },
        EvidenceShare = 100,
    };

    public static TheoryData<string> Patterns => [.. ExecutionPatterns.All];

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Whoever_asks_for_the_result_too_early_waits_for_it(string pattern)
    {
        Orchestrator orchestrator = Setup.Over(s_patient, Slow("a", 20, new SearchResult("a-1", 1)), Slow("b", 20, new SearchResult("b-1", 1)));
        ValueTask<ExecutionResult> execution = orchestrator.RunAsync(pattern);
        Assert.False(execution.IsCompleted);
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
        Orchestrator orchestrator = Setup.Over(s_patient, Late("a"), Late("b"));
        await Assert.ThrowsAsync<ExecutionException>(() => Task.Run(() => orchestrator.RunAsync(pattern).AsTask().GetAwaiter().GetResult()));
        Assert.Throws<ExecutionException>(() => orchestrator.RunAsync(pattern).GetAwaiter().GetResult());
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public async Task A_result_that_is_fetched_again_and_late_is_the_same(string pattern)
    {
        Orchestrator orchestrator = Setup.Over(s_patient, Slow("a", 5, new SearchResult("a-1", 1)), Slow("b", 5, new SearchResult("b-1", 1)));
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
    public async Task What_is_ambient_to_the_caller_reaches_every_backend_and_is_left_to_the_caller(string pattern)
    {
        var ambient = new AsyncLocal<string>();
        var seen = new System.Collections.Concurrent.ConcurrentBag<(string Backend, string? Ambient)>();

        // The first two fail, late and on threads that know nothing of the caller, so that the pattern goes on from there.
        ScriptedBackend Seeing(string name, bool fails) => new(name, (_, _) =>
        {
            seen.Add((name, ambient.Value));
            var answer = new TaskCompletionSource<IReadOnlyList<SearchResult>>();
            var thread = new Thread(() =>
            {
                Thread.Sleep(5);
                ambient.Value = "the backend's";
                if (fails)
                {
                    answer.SetException(new InvalidOperationException($"{name} is broken"));
                }
                else
                {
                    answer.SetResult([new SearchResult($"{name}-1", 1)]);
                }
            });
            thread.UnsafeStart();
            return new(answer.Task);
        });
        Orchestrator orchestrator = Setup.Over(s_patient, Seeing("a", true), Seeing("b", true), Seeing("c", false));
        ambient.Value = "the caller's";
        ExecutionResult result = await orchestrator.RunAsync(pattern);
        Assert.Equal("the caller's", ambient.Value);
        Assert.Equal("c-1", result.Ids());
        Assert.Equal([("a", "the caller's"), ("b", "the caller's"), ("c", "the caller's")], seen.Order());
    }

    [Theory]
    [InlineData(ExecutionPatterns.Parallel)]
    [InlineData(ExecutionPatterns.Chain)]
    public async Task What_is_ambient_to_the_caller_reaches_a_fusion_of_the_users(string pattern)
    {
        var ambient = new AsyncLocal<string>();
        string? seen = null;
        OrchestratorOptions options = s_patient with { Fusion = new Fusing(() => seen = ambient.Value) };
        Orchestrator orchestrator = Setup.Over(options, Slow("a", 5, new SearchResult("a-1", 1)), Slow("b", 10, new SearchResult("b-1", 1)));
        ambient.Value = "the caller's";
        Assert.Equal("fused", (await orchestrator.RunAsync(pattern)).Ids());
        Assert.Equal("the caller's", seen);
    }

    [Fact]
    public async Task What_a_fusion_throws_reaches_the_caller()
    {
        OrchestratorOptions options = s_patient with { Fusion = new Fusing(() => throw new FormatException("no fusion")) };
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
        var orchestrator = new Orchestrator(router, [Routing("a"), Routing("b")], s_patient);
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
        OrchestratorOptions options = s_patient with { CustomSelector = new Telling(id => told = id) };
        Orchestrator orchestrator = Setup.Over(options, Slow("a", 5, new SearchResult("a-1", 1)));
        ExecutionResult result = await orchestrator.ExecuteAsync("anything");
        Assert.Equal(told, result.Decision.Id);
        Assert.Equal(1, orchestrator.Router.GetStatistics().Decisions);
    }

    private sealed class Fusing(Action seen) : IResultFusion
    {
        public IReadOnlyList<SearchResult> Fuse(IReadOnlyList<BackendAnswer> answers, int limit)
        {
            seen();
            return [new SearchResult("fused", 1)];
        }
    }

    private sealed class Telling(Action<DecisionId> tell) : IPatternSelector
    {
        public string Choose(string query, in Decision decision, BackendSet available)
        {
            tell(decision.Id);
            return ExecutionPatterns.FeedForward;
        }
    }
}
