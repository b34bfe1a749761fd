using HoloLoom.Fast.Execution;
using static HoloLoom.Fast.Tests.Execution.ScriptedBackend;

namespace HoloLoom.Fast.Tests.Execution;

public sealed class ResilienceTests
{
    private static readonly ResilienceOptions s_touchy = new() { Retries = 0, MinimumThroughput = 2, BreakDuration = TimeSpan.FromSeconds(5) };

    [Fact]
    public async Task A_failed_call_is_repeated_and_a_success_then_is_a_success()
    {
        int calls = 0;
        var a = new ScriptedBackend("a", (_, _) => ++calls == 1 ? throw new IOException("hiccup") : new([new SearchResult("x", 1)]));
        Orchestrator orchestrator = Setup.Over(new OrchestratorOptions { Resilience = new() { Retries = 1, RetryDelay = TimeSpan.Zero } }, a, Scoring("b", 1));
        ExecutionResult result = await orchestrator.RunAsync(ExecutionPatterns.FeedForward);
        Assert.Equal("x", result.Ids());
        Assert.Equal(2, a.Calls);
        Assert.False(result.IsPartial);
        Assert.Equal(2.0, orchestrator.Router.GetStatistics().QueryTypes[0].Backends[0].Alpha);
    }

    [Fact]
    public async Task What_is_ambient_to_the_caller_is_so_to_a_repetition_and_to_the_judgement_of_relevance()
    {
        var ambient = new AsyncLocal<string>();
        var seen = new List<string?>();
        int calls = 0;
        var a = new Detached("a", () =>
        {
            seen.Add(ambient.Value);
            return ++calls == 1 ? throw new IOException("hiccup") : [new SearchResult("x", 1)];
        });
        OrchestratorOptions options = Setup.Unhurried with
        {
            Resilience = Setup.Unhurried.Resilience with { Retries = 1, RetryDelay = TimeSpan.Zero },
            Relevance = (_, answer) =>
            {
                seen.Add(ambient.Value);
                return answer.MeanScore;
            },
        };
        var orchestrator = new Orchestrator(Setup.Router(["a"]), [a], options);
        ambient.Value = "mine";
        await orchestrator.RunAsync(ExecutionPatterns.FeedForward);
        await orchestrator.RunAsync(ExecutionPatterns.FeedForward);
        Assert.Equal(["mine", "mine", "mine", "mine", "mine"], seen);
    }

    [Fact]
    public async Task A_call_ends_at_its_timeout_and_another_backend_answers()
    {
        ScriptedBackend a = Hanging("a");
        var options = new OrchestratorOptions { Resilience = Setup.Plain with { Timeout = TimeSpan.FromMilliseconds(50) }, Deadline = TimeSpan.FromMinutes(1) };
        ExecutionResult result = await Setup.Over(options, a, Scoring("b", 1)).RunAsync(ExecutionPatterns.FeedForward);
        Assert.Equal("b-1", result.Ids());
        Assert.Equal(CallStatus.TimedOut, result.Failures.Single().Status);
        await Setup.Eventually(() => a.Running == 0);
    }

    [Fact]
    public async Task A_caller_that_stays_in_its_timeout_keeps_no_other_waiting()
    {
        ScriptedBackend a = Hanging("a");
        using var gate = new ManualResetEventSlim();
        var options = new OrchestratorOptions { Resilience = Setup.Plain with { Timeout = TimeSpan.FromMilliseconds(50) }, Deadline = TimeSpan.FromMinutes(1) };
        Orchestrator orchestrator = Setup.Over(options, a, Scoring("b", 1));
        Task[] staying = [.. Enumerable.Range(0, 2).Select(async _ =>
        {
            await orchestrator.RunAsync(ExecutionPatterns.FeedForward).ConfigureAwait(false);
            gate.Wait(TimeSpan.FromMinutes(1));
        })];
        Assert.Equal("b-1", (await orchestrator.RunAsync(ExecutionPatterns.FeedForward)).Ids());
        gate.Set();
        await Task.WhenAll(staying);
    }

    [Fact]
    public async Task A_call_that_timed_out_leaves_nothing_at_its_callers_token()
    {
        OrchestratorOptions options = Setup.Unhurried with { Resilience = Setup.Plain with { Timeout = TimeSpan.FromMilliseconds(10) }, FeedbackWindow = 0 };
        ScriptedBackend a = Hanging("a"), b = Scoring("b", 1);
        Orchestrator orchestrator = Setup.Over(options, a, b);
        using var source = new CancellationTokenSource();
        WeakReference query = await RunOnceAsync();
        a.Forget();
        b.Forget();
        for (int i = 0; i < 200 && query.IsAlive; i++)
        {
            await Task.Delay(50);
            GC.Collect();
        }

        Assert.False(query.IsAlive);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        async Task<WeakReference> RunOnceAsync()
        {
            string text = new('x', 100);
            await orchestrator.ExecuteAsync(new ExecutionRequest(text) { Pattern = ExecutionPatterns.FeedForward }, source.Token);
            return new WeakReference(text);
        }
    }

    [Fact]
    public async Task A_timeout_longer_than_the_deadline_leaves_time_for_another_backend()
    {
        var clock = new HandClock();
        OrchestratorOptions options = Setup.Unhurried with { Resilience = Setup.Plain with { Timeout = TimeSpan.FromHours(1) }, TimeProvider = clock };
        ValueTask<ExecutionResult> execution = Setup.Over(options, Hanging("a"), Scoring("b", 1)).RunAsync(ExecutionPatterns.FeedForward);
        Assert.False(execution.IsCompleted);
        clock.Advance(options.Deadline / 2);
        Assert.Equal("b-1", (await execution.AsTask().WaitAsync(TimeSpan.FromMinutes(1))).Ids());
    }

    [Fact]
    public async Task An_open_circuit_leaves_the_available_backends_at_once_and_comes_back_by_itself()
    {
        var clock = new ManualClock();
        ScriptedBackend a = Throwing("a"), b = Scoring("b", 1);
        var orchestrator = new Orchestrator(
            Setup.Router(["a", "b"], clock: clock), [a, b], new OrchestratorOptions { Resilience = s_touchy, TimeProvider = clock });
        Assert.Equal("a,b", orchestrator.Names(orchestrator.Available));
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal("a,b", orchestrator.Names((await orchestrator.RunAsync(ExecutionPatterns.FeedForward)).Asked));
        }

        Assert.Equal("b", orchestrator.Names(orchestrator.Available));
        Assert.Equal("a", orchestrator.Names(orchestrator.OpenCircuits));
        ExecutionResult without = await orchestrator.RunAsync(ExecutionPatterns.FeedForward);
        Assert.Equal("b", orchestrator.Names(without.Asked));
        Assert.Equal(DecisionFlags.PreferredUnavailable, without.Decision.Flags);
        Assert.Equal(2, a.Calls);

        // Still broken when it is tried again: out for another break.
        clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("a,b", orchestrator.Names(orchestrator.Available));
        Assert.Equal("a,b", orchestrator.Names((await orchestrator.RunAsync(ExecutionPatterns.FeedForward)).Asked));
        Assert.Equal("b", orchestrator.Names(orchestrator.Available));

        // Mended.
        a.Script = Scoring("a", 1).Script;
        clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("a-1", (await orchestrator.RunAsync(ExecutionPatterns.FeedForward)).Ids());
        Assert.Equal("a,b", orchestrator.Names(orchestrator.Available));
        Assert.Equal(BackendSet.None, orchestrator.OpenCircuits);
    }

    [Fact]
    public async Task One_call_alone_tries_a_backend_again()
    {
        var clock = new ManualClock();
        var gate = new TaskCompletionSource<IReadOnlyList<SearchResult>>();
        ScriptedBackend a = Throwing("a"), b = Scoring("b", 1);
        var orchestrator = new Orchestrator(Setup.Router(["a", "b"]), [a, b], new OrchestratorOptions
        {
            Resilience = s_touchy with { Timeout = TimeSpan.FromMinutes(1) },
            Deadline = TimeSpan.FromMinutes(3),
            TimeProvider = clock,
        });
        await orchestrator.RunAsync(ExecutionPatterns.FeedForward);
        await orchestrator.RunAsync(ExecutionPatterns.FeedForward);
        clock.Advance(TimeSpan.FromSeconds(6));
        a.Script = (_, _) => new(gate.Task);
        Task<ExecutionResult> probe = orchestrator.RunAsync(ExecutionPatterns.FeedForward).AsTask();
        await Setup.Eventually(() => a.Running == 1);
        Assert.Equal("b", orchestrator.Names(orchestrator.Available));
        Assert.Equal("b", orchestrator.Names((await orchestrator.RunAsync(ExecutionPatterns.FeedForward)).Asked));
        gate.SetResult([new SearchResult("back", 1)]);
        Assert.Equal("back", (await probe).Ids());
        Assert.Equal("a,b", orchestrator.Names(orchestrator.Available));
    }

    [Fact]
    public async Task A_probe_that_the_caller_takes_back_does_not_close_the_circuit()
    {
        var clock = new ManualClock();
        ScriptedBackend a = Throwing("a");
        var orchestrator = new Orchestrator(Setup.Router(["a"]), [a], new OrchestratorOptions { Resilience = s_touchy, TimeProvider = clock });
        for (int i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<ExecutionException>(async () => await orchestrator.RunAsync(ExecutionPatterns.FeedForward));
        }

        clock.Advance(TimeSpan.FromSeconds(6));
        a.Script = Hanging("a").Script;
        using var source = new CancellationTokenSource();
        Task probe = orchestrator.RunAsync(ExecutionPatterns.FeedForward, source.Token).AsTask();
        await Setup.Eventually(() => a.Running == 1);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probe);
        Assert.Equal(BackendSet.None, orchestrator.Available);
    }

    [Fact]
    public async Task All_backends_down_is_one_clear_error()
    {
        Orchestrator orchestrator = Setup.Over(new OrchestratorOptions { Resilience = s_touchy }, Throwing("a"), Throwing("b"));
        for (int i = 0; i < 2; i++)
        {
            ExecutionException failed = await Assert.ThrowsAsync<ExecutionException>(async () => await orchestrator.RunAsync(ExecutionPatterns.FeedForward));
            Assert.Equal("No backend answered: a: InvalidOperationException: a is broken; b: InvalidOperationException: b is broken.", failed.Message);
        }

        ExecutionException down = await Assert.ThrowsAsync<ExecutionException>(async () => await orchestrator.RunAsync(ExecutionPatterns.FeedForward));
        Assert.Equal("Every backend is down: a: the circuit is open; b: the circuit is open.", down.Message);
        Assert.Equal(["a", "b"], down.Failures.Select(static failure => failure.Backend));
    }

    [Fact]
    public async Task Successes_count_once_a_failure_was_seen_so_that_rare_failures_open_nothing()
    {
        int calls = 0;
        var a = new ScriptedBackend("a", (_, _) => ++calls % 4 == 0 ? throw new IOException("one in four") : new([new SearchResult("x", 1)]));
        Orchestrator orchestrator = Setup.Over(new OrchestratorOptions { Resilience = s_touchy with { MinimumThroughput = 10 } }, a, Scoring("b", 1));
        for (int i = 0; i < 400; i++)
        {
            await orchestrator.RunAsync(ExecutionPatterns.FeedForward);
        }

        Assert.Equal(400, a.Calls);
        Assert.Equal(BackendSet.None, orchestrator.OpenCircuits);
    }

    [Fact]
    public async Task No_more_calls_are_under_way_than_the_limit_and_the_others_go_elsewhere()
    {
        var gate = new TaskCompletionSource<IReadOnlyList<SearchResult>>();
        var a = new ScriptedBackend("a", (_, _) => new(gate.Task));
        var options = new OrchestratorOptions { Resilience = Setup.Plain with { MaxConcurrency = 3, Timeout = TimeSpan.FromMinutes(1) }, Deadline = TimeSpan.FromMinutes(3) };
        Orchestrator orchestrator = Setup.Over(options, a, Scoring("b", 1));
        Task<ExecutionResult>[] waiting = [.. Enumerable.Range(0, 3).Select(_ => orchestrator.RunAsync(ExecutionPatterns.FeedForward).AsTask())];
        ExecutionResult fourth = await orchestrator.RunAsync(ExecutionPatterns.FeedForward);
        Assert.Equal("b-1", fourth.Ids());
        Assert.Equal(CallStatus.Rejected, fourth.Failures.Single().Status);
        gate.SetResult([new SearchResult("x", 1)]);
        Assert.All(await Task.WhenAll(waiting), static result => Assert.Equal("x", result.Ids()));
        Assert.Equal("x", (await orchestrator.RunAsync(ExecutionPatterns.FeedForward)).Ids());

        // Not asked, nothing learned: neither for nor against it.
        Assert.Equal(4, orchestrator.Router.GetStatistics().QueryTypes[0].Backends[0].Outcomes);
    }

    [Fact]
    public async Task A_call_that_ignores_its_token_is_abandoned_and_keeps_its_place_until_it_ends()
    {
        var gate = new TaskCompletionSource<IReadOnlyList<SearchResult>>();
        var a = new ScriptedBackend("a", (_, _) => new(gate.Task));
        OrchestratorOptions options = Setup.Unhurried with { Resilience = Setup.Plain with { MaxConcurrency = 2, Timeout = TimeSpan.FromMilliseconds(20) } };
        Orchestrator orchestrator = Setup.Over(options, a, Scoring("b", 1));
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal("b-1", (await orchestrator.RunAsync(ExecutionPatterns.FeedForward)).Ids());
        }

        Assert.Equal(2, a.Calls);
        Assert.Equal(2, orchestrator.Guard(0).UnderWay);
        gate.SetException(new IOException("late"));
        await Setup.Eventually(() => orchestrator.Guard(0).UnderWay == 0);
        a.Script = Scoring("a", 1).Script;
        Assert.Equal("a-1", (await orchestrator.RunAsync(ExecutionPatterns.FeedForward)).Ids());
    }

    [Fact]
    public async Task What_a_backend_hangs_on_its_token_cannot_harm_the_caller()
    {
        var a = new ScriptedBackend("a", async (_, token) =>
        {
            token.Register(static () => throw new InvalidOperationException("from a cancellation callback"));
            await Task.Delay(Timeout.Infinite, token);
            return [];
        });
        OrchestratorOptions options = Setup.Unhurried with { Resilience = Setup.Plain with { Timeout = TimeSpan.FromMilliseconds(20) } };
        Assert.Equal("b-1", (await Setup.Over(options, a, Scoring("b", 1)).RunAsync(ExecutionPatterns.FeedForward)).Ids());
    }

    [Fact]
    public async Task A_token_that_a_backend_kept_is_not_cancelled_by_a_later_call()
    {
        var kept = new List<CancellationToken>();
        int cancelled = 0;
        var a = new ScriptedBackend("a", (_, token) =>
        {
            kept.Add(token);
            token.Register(() => cancelled++);
            return new([new SearchResult("x", 1)]);
        });
        Orchestrator orchestrator = Setup.Over(a);
        using var source = new CancellationTokenSource();
        await orchestrator.RunAsync(ExecutionPatterns.FeedForward, source.Token);
        await source.CancelAsync();
        a.Script = Hanging("a").Script;
        using var second = new CancellationTokenSource();
        Task running = orchestrator.RunAsync(ExecutionPatterns.FeedForward, second.Token).AsTask();
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(0, cancelled);
    }

    [Fact]
    public async Task Each_backend_can_have_policies_of_its_own()
    {
        var options = new OrchestratorOptions
        {
            Resilience = Setup.Plain with { Timeout = TimeSpan.FromMinutes(1) },
            ResilienceOf = new Dictionary<string, ResilienceOptions> { ["a"] = Setup.Plain with { Timeout = TimeSpan.FromMilliseconds(20) } },
            Deadline = TimeSpan.FromMinutes(5),
        };
        Assert.Equal("b-1", (await Setup.Over(options, Hanging("a"), Scoring("b", 1)).RunAsync(ExecutionPatterns.FeedForward)).Ids());
    }

    /// <summary>A backend whose answers come on threads to which nothing is ambient.</summary>
    private sealed class Detached(string name, Func<IReadOnlyList<SearchResult>> answer) : IBackend
    {
        public string Name => name;

        public ValueTask<IReadOnlyList<SearchResult>> SearchAsync(BackendQuery query, CancellationToken cancellationToken)
        {
            var source = new TaskCompletionSource<IReadOnlyList<SearchResult>>();
            Action<TaskCompletionSource<IReadOnlyList<SearchResult>>> complete;
            try
            {
                IReadOnlyList<SearchResult> results = answer();
                complete = source => source.SetResult(results);
            }
            catch (IOException error)
            {
                complete = source => source.SetException(error);
            }

            ThreadPool.UnsafeQueueUserWorkItem(
                source =>
                {
                    Thread.Sleep(5);
                    complete(source);
                },
                source,
                preferLocal: false);
            return new(source.Task);
        }
    }
}
