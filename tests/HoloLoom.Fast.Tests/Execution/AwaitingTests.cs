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
    public async Task What_is_ambient_to_the_caller_reaches_every_backend_after_failures(string pattern)
    {
        var ambient = new AsyncLocal<string>();
        var backends = new Bare[] { new("a", ambient, null), new("b", ambient, null), new("c", ambient, 1) };
        ambient.Value = "the caller's";
        ExecutionResult result = await new Orchestrator(Setup.Router(["a", "b", "c"]), backends, s_patient).RunAsync(pattern);
        Assert.Equal("the caller's", ambient.Value);
        Assert.Equal("c-1", result.Ids());
        Assert.All(backends, static backend => Assert.Equal("the caller's", backend.Saw));
    }

    [Theory]
    [InlineData(ExecutionPatterns.Recursive)]
    [InlineData(ExecutionPatterns.StrangeLoop)]
    [InlineData(ExecutionPatterns.Chain)]
    public async Task What_is_ambient_to_the_caller_reaches_the_next_backend_after_poor_results(string pattern)
    {
        var ambient = new AsyncLocal<string>();
        var backends = new Bare[] { new("a", ambient, 0), new("b", ambient, 1) };
        ambient.Value = "the caller's";
        ExecutionResult result = await new Orchestrator(Setup.Router(["a", "b"]), backends, s_patient).RunAsync(pattern);
        Assert.Equal(2, result.Answered.Count);
        Assert.All(backends, static backend => Assert.Equal("the caller's", backend.Saw));
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public async Task What_a_backend_makes_ambient_is_its_own(string pattern)
    {
        var ambient = new AsyncLocal<string>();
        foreach (bool atOnce in (bool[])[false, true])
        {
            var backends = new Bare[] { new("a", ambient, 0) { Leaves = "a's", AnswersAtOnce = atOnce }, new("b", ambient, 1) { Leaves = "b's", AnswersAtOnce = atOnce } };
            ambient.Value = "the caller's";
            ValueTask<ExecutionResult> execution = new Orchestrator(Setup.Router(["a", "b"]), backends, s_patient).RunAsync(pattern);
            Assert.Equal("the caller's", ambient.Value);
            await execution;
            Assert.Equal("the caller's", ambient.Value);
            Assert.All(backends.Where(static backend => backend.IsCalled), static backend => Assert.Equal("the caller's", backend.Saw));
        }
    }

    [Theory]
    [InlineData(ExecutionPatterns.Parallel)]
    [InlineData(ExecutionPatterns.Chain)]
    public async Task What_is_ambient_to_the_caller_reaches_a_fusion_of_the_users(string pattern)
    {
        var ambient = new AsyncLocal<string>();
        string? seen = null;
        OrchestratorOptions options = s_patient with { Fusion = new Fusing(() => seen = ambient.Value) };
        ambient.Value = "the caller's";
        var orchestrator = new Orchestrator(Setup.Router(["a", "b"]), [new Bare("a", ambient, 1), new Bare("b", ambient, 1)], options);
        Assert.Equal("fused", (await orchestrator.RunAsync(pattern)).Ids());
        Assert.Equal("the caller's", seen);
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public async Task What_is_ambient_to_the_caller_reaches_a_reward_of_the_users(string pattern)
    {
        var ambient = new AsyncLocal<string>();
        var seen = new System.Collections.Concurrent.ConcurrentBag<string?>();
        var router = new Router(new RouterOptions
        {
            Backends = ["a", "b"],
            QueryTypes = [new QueryTypeOptions("any", "a", [])],
            Fallback = ["a", "b"],
            Reward = new RewardOptions.Custom(_ =>
            {
                seen.Add(ambient.Value);
                return 1;
            }),
        });
        ambient.Value = "the caller's";
        await new Orchestrator(router, [new Bare("a", ambient, 1), new Bare("b", ambient, 1)], s_patient).RunAsync(pattern);
        Assert.NotEmpty(seen);
        Assert.All(seen, static value => Assert.Equal("the caller's", value));
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public async Task What_a_judgement_throws_comes_by_the_task_and_not_at_once(string pattern)
    {
        OrchestratorOptions options = s_patient with { Relevance = static (_, _) => throw new FormatException("no judgement") };
        ValueTask<ExecutionResult> execution = Setup.Over(options, Scoring("a", 1), Scoring("b", 1)).RunAsync(pattern);
        await Assert.ThrowsAsync<FormatException>(async () => await execution);
    }

    [Fact]
    public async Task A_token_that_is_cancelled_while_a_selector_chooses_keeps_the_backend_from_being_called()
    {
        using var source = new CancellationTokenSource();
        OrchestratorOptions options = s_patient with { CustomSelector = new Telling(_ => source.Cancel()) };
        ScriptedBackend a = Scoring("a", 1);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Setup.Over(options, a).ExecuteAsync("anything", source.Token));
        Assert.Equal(0, a.Calls);
    }

    [Fact]
    public async Task An_answer_that_comes_before_the_hedge_has_begun_is_good_enough()
    {
        // Which of the two comes first is the thread pool's to say, however busy it is kept: of so many times the answer is the first at least once.
        int hedges = 1;
        for (int attempt = 0; attempt < 20 && hedges > 0; attempt++)
        {
            hedges = await HedgesOfAnAnswerThatComesWithTheEndOfItsTimeAsync();
        }

        Assert.Equal(0, hedges);
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
        OrchestratorOptions options = s_patient with { CustomPatterns = [new Leaving(context => left = Task.Run(() => context.CallAsync(1).AsTask()), slow)] };
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

    private static async Task<int> HedgesOfAnAnswerThatComesWithTheEndOfItsTimeAsync()
    {
        var clock = new HandClock();
        OrchestratorOptions options = s_patient with { HedgeInitialDelay = TimeSpan.FromMilliseconds(1), TimeProvider = clock };
        var answer = new TaskCompletionSource<IReadOnlyList<SearchResult>>();
        var first = new ScriptedBackend("a", (_, _) => new(answer.Task));
        ScriptedBackend second = Scoring("b", 1);
        ValueTask<ExecutionResult> execution = Setup.Over(options, first, second).RunAsync(ExecutionPatterns.Hedged);

        // All threads that there are now are kept from beginning the hedge.
        var mayGoOn = new TaskCompletionSource();
        var passed = new TaskCompletionSource();
        for (int i = ThreadPool.ThreadCount + 20; i > 0; i--)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static gate => gate.Wait(), mayGoOn.Task, preferLocal: false);
        }

        Thread.Sleep(20);
        clock.Fire();
        answer.SetResult([new SearchResult("a-1", 1)]);
        ThreadPool.UnsafeQueueUserWorkItem(static passed => passed.SetResult(), passed, preferLocal: false);
        mayGoOn.SetResult();
        string ids = (await execution).Ids();
        await passed.Task;
        await Task.Delay(50);
        Assert.True(second.Calls == 1 || ids == "a-1", $"{second.Calls} hedges, and the answer is {ids}");
        return second.Calls;
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

    /// <summary>Answers by a thread that knows nothing of the caller, with a score or a failure, and no method between that would restore anything.</summary>
    private sealed class Bare(string name, AsyncLocal<string> ambient, double? score) : IBackend
    {
        public string Name => name;

        public string? Saw { get; private set; }

        public bool IsCalled { get; private set; }

        public string? Leaves { get; init; }

        public bool AnswersAtOnce { get; init; }

        public ValueTask<IReadOnlyList<SearchResult>> SearchAsync(BackendQuery query, CancellationToken cancellationToken)
        {
            (Saw, IsCalled) = (ambient.Value, true);
            ambient.Value = Leaves ?? ambient.Value!;

            // An array: of anything else a copy is made first, and that way is another.
            SearchResult[] results = [new($"{name}-1", score ?? 0)];
            if (AnswersAtOnce)
            {
                return new(results);
            }

            var answer = new TaskCompletionSource<IReadOnlyList<SearchResult>>();
            var thread = new Thread(() =>
            {
                Thread.Sleep(5);
                ambient.Value = "the thread's";
                if (score is null)
                {
                    answer.SetException(new InvalidOperationException($"{name} is broken"));
                }
                else
                {
                    answer.SetResult(results);
                }
            });
            thread.UnsafeStart();
            return new(answer.Task);
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

    /// <summary>The system's clock, but for its timers: they go off when the test says, on the test's thread.</summary>
    private sealed class HandClock : TimeProvider
    {
        private readonly List<HandTimer> _timers = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new HandTimer(() => callback(state));
            lock (_timers)
            {
                _timers.Add(timer);
            }

            return timer;
        }

        public void Fire()
        {
            HandTimer[] timers;
            lock (_timers)
            {
                timers = [.. _timers];
            }

            Array.ForEach(timers, static timer => timer.Fire());
        }

        private sealed class HandTimer(Action fire) : ITimer
        {
            public void Fire() => fire();

            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => default;
        }
    }
}
