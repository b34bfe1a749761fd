using HoloLoom.Fast.Classification;
using HoloLoom.Fast.Execution;
using static HoloLoom.Fast.Tests.Execution.ScriptedBackend;

namespace HoloLoom.Fast.Tests.Execution;

public sealed class ResultCacheTests
{
    private static readonly OrchestratorOptions s_cached = Setup.Unhurried with { Cache = new ResultCacheOptions() };

    [Fact]
    public async Task A_hit_skips_routing_and_execution()
    {
        ScriptedBackend a = Scoring("a", 1);
        Orchestrator orchestrator = Setup.Over(s_cached, a);
        ExecutionResult first = await orchestrator.ExecuteAsync("q");
        ExecutionResult second = await orchestrator.ExecuteAsync("q");
        Assert.Equal((false, true), (first.FromCache, second.FromCache));
        Assert.Equal(first.Ids(), second.Ids());
        Assert.Equal(first.Decision, second.Decision);
        Assert.Equal(1, a.Calls);
        Assert.Equal(1, orchestrator.Router.GetStatistics().Decisions);
        Assert.Equal(0.5, orchestrator.CacheStatistics.HitRate);
        Assert.Equal(1, orchestrator.CacheStatistics.Count);
    }

    [Fact]
    public async Task Whatever_the_result_depends_on_is_part_of_the_key()
    {
        ScriptedBackend a = Scoring("a", 1), b = Scoring("b", 1);
        Orchestrator orchestrator = Setup.Over(s_cached, a, b);
        ExecutionRequest request = new("q") { Pattern = ExecutionPatterns.FeedForward };
        ExecutionRequest[] different =
        [
            request,
            new("Q") { Pattern = ExecutionPatterns.FeedForward },
            request with { Available = BackendSet.Of(1) },
            request with { Limit = 3 },
            request with { Scope = "one" },
            request with { Scope = "two" },
            request with { Scope = "" },
            request with { Pattern = ExecutionPatterns.Chain },
        ];
        foreach (ExecutionRequest one in different)
        {
            Assert.False((await orchestrator.ExecuteAsync(one)).FromCache);
        }

        foreach (ExecutionRequest one in different)
        {
            Assert.True((await orchestrator.ExecuteAsync(one)).FromCache);
        }
    }

    [Fact]
    public async Task No_scope_ever_sees_the_result_of_another()
    {
        var a = new ScriptedBackend("a", (query, _) => new([new SearchResult(query.Text, 1)]));
        Orchestrator orchestrator = Setup.Over(s_cached with { Cache = new ResultCacheOptions { Capacity = 50 } }, a);

        // A decision is made for one tenant: one that turns up at another's was handed across.
        var owners = new System.Collections.Concurrent.ConcurrentDictionary<DecisionId, int>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(tenant => Task.Run(async () =>
        {
            var random = new Random(tenant);
            for (int i = 0; i < 2000; i++)
            {
                string query = $"query {random.Next(20)}";
                ExecutionResult result = await orchestrator.ExecuteAsync(new ExecutionRequest(query) { Scope = $"tenant {tenant}" });
                Assert.Equal(query, result.Ids());
                Assert.Equal(tenant, owners.GetOrAdd(result.Decision.Id, tenant));
            }
        })));
    }

    [Fact]
    public async Task Concurrent_misses_of_one_key_run_once()
    {
        var gate = new TaskCompletionSource<IReadOnlyList<SearchResult>>();
        var a = new ScriptedBackend("a", (_, _) => new(gate.Task));
        Orchestrator orchestrator = Setup.Over(s_cached, a);
        Task<ExecutionResult>[] waiting = [.. Enumerable.Range(0, 50).Select(_ => Task.Run(async () => await orchestrator.ExecuteAsync("q")))];
        await Setup.Eventually(() => orchestrator.CacheStatistics.Misses >= 50);
        gate.SetResult([new SearchResult("x", 1)]);
        ExecutionResult[] results = await Task.WhenAll(waiting);
        Assert.Equal(1, a.Calls);
        Assert.All(results, static result => Assert.Equal("x", result.Ids()));
        Assert.Equal(1, results.Count(static result => !result.FromCache));
    }

    [Fact]
    public async Task One_who_cancels_leaves_the_others_their_result()
    {
        var gate = new TaskCompletionSource<IReadOnlyList<SearchResult>>();
        var a = new ScriptedBackend("a", (_, _) => new(gate.Task));
        Orchestrator orchestrator = Setup.Over(s_cached, a);
        using var source = new CancellationTokenSource();
        Task<ExecutionResult> first = orchestrator.ExecuteAsync("q", source.Token).AsTask();
        Task<ExecutionResult> second = orchestrator.ExecuteAsync("q").AsTask();
        await source.CancelAsync();
        OperationCanceledException cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(source.Token, cancelled.CancellationToken);
        gate.SetResult([new SearchResult("x", 1)]);
        Assert.Equal("x", (await second).Ids());
        Assert.Equal(1, a.Calls);
    }

    [Fact]
    public async Task When_all_have_cancelled_the_call_is_taken_back_and_the_next_one_runs_anew()
    {
        ScriptedBackend a = Hanging("a");
        Orchestrator orchestrator = Setup.Over(s_cached, a);
        using var source = new CancellationTokenSource();
        Task[] waiting = [.. Enumerable.Range(0, 3).Select(_ => orchestrator.ExecuteAsync("q", source.Token).AsTask())];
        await source.CancelAsync();
        foreach (Task one in waiting)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        }

        await Setup.Eventually(() => a.Running == 0);
        a.Script = Scoring("a", 1).Script;
        Assert.Equal("a-1", (await orchestrator.ExecuteAsync("q")).Ids());
    }

    [Fact]
    public async Task Failures_and_partial_results_are_not_remembered()
    {
        ScriptedBackend a = Throwing("a");
        Orchestrator orchestrator = Setup.Over(s_cached, a, Throwing("b"));
        for (int i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<ExecutionException>(async () => await orchestrator.ExecuteAsync("q"));
        }

        Assert.Equal(2, a.Calls);
        Orchestrator partial = Setup.Over(s_cached, Throwing("a"), Scoring("b", 1));
        Assert.True((await partial.ExecuteAsync("q")).IsPartial);
        Assert.False((await partial.ExecuteAsync("q")).FromCache);
        Assert.Equal(0, partial.CacheStatistics.Count);
    }

    [Fact]
    public async Task What_was_found_while_a_circuit_was_open_is_remembered_no_longer_than_that()
    {
        var clock = new ManualClock();
        ScriptedBackend a = Throwing("a");
        OrchestratorOptions options = s_cached with
        {
            Resilience = s_cached.Resilience with { MinimumThroughput = 2, BreakDuration = TimeSpan.FromSeconds(5) },
            TimeProvider = clock,
        };
        Orchestrator orchestrator = Setup.Over(options, a, Scoring("b", 0.1));
        ExecutionRequest Asking(string query) => new(query) { Pattern = ExecutionPatterns.FeedForward };
        for (int i = 0; i < 2; i++)
        {
            await orchestrator.ExecuteAsync(Asking($"before {i}"));
        }

        Assert.Equal(BackendSet.Of(0), orchestrator.OpenCircuits);
        Assert.Equal("b-1", (await orchestrator.ExecuteAsync(Asking("q"))).Ids());
        Assert.True((await orchestrator.ExecuteAsync(Asking("q"))).FromCache);
        Assert.Equal((1, 3), (orchestrator.CacheStatistics.Hits, orchestrator.CacheStatistics.Misses));
        a.Script = Scoring("a", 0.9).Script;
        clock.Advance(TimeSpan.FromSeconds(6));
        await orchestrator.ExecuteAsync(Asking("after"));
        Assert.Equal(BackendSet.None, orchestrator.OpenCircuits);
        Assert.Equal("a-1", (await orchestrator.ExecuteAsync(Asking("q"))).Ids());

        // And what was found before it opens again is good then, too.
        a.Script = Throwing("a").Script;
        for (int i = 0; i < 2; i++)
        {
            await orchestrator.ExecuteAsync(Asking($"again {i}"));
        }

        Assert.Equal(BackendSet.Of(0), orchestrator.OpenCircuits);
        Assert.Equal("a-1", (await orchestrator.ExecuteAsync(Asking("q"))).Ids());
    }

    [Fact]
    public async Task What_was_under_way_when_all_was_forgotten_is_neither_shared_nor_remembered()
    {
        var gate = new TaskCompletionSource<IReadOnlyList<SearchResult>>();
        var a = new ScriptedBackend("a", (_, _) => new(gate.Task));
        Orchestrator orchestrator = Setup.Over(s_cached, a);
        Task<ExecutionResult> before = orchestrator.ExecuteAsync("q").AsTask();
        orchestrator.ClearCache();
        a.Script = Answering("a", new SearchResult("new", 1)).Script;
        ExecutionResult after = await orchestrator.ExecuteAsync("q");
        Assert.Equal(("new", false), (after.Ids(), after.FromCache));
        gate.SetResult([new SearchResult("old", 1)]);
        Assert.Equal("old", (await before).Ids());
        Assert.Equal("new", (await orchestrator.ExecuteAsync("q")).Ids());
        Assert.Equal(2, a.Calls);
    }

    [Fact]
    public async Task An_empty_result_is_a_result()
    {
        ScriptedBackend a = Answering("a");
        Orchestrator orchestrator = Setup.Over(s_cached, a);
        await orchestrator.ExecuteAsync("q");
        Assert.True((await orchestrator.ExecuteAsync("q")).FromCache);
    }

    [Fact]
    public async Task Results_expire()
    {
        ScriptedBackend a = Scoring("a", 1);
        Orchestrator orchestrator = Setup.Over(s_cached with { Cache = new ResultCacheOptions { Expiry = TimeSpan.FromMilliseconds(50) } }, a);
        await orchestrator.ExecuteAsync("q");
        for (int i = 0; i < 200 && a.Calls == 1; i++)
        {
            await Task.Delay(20);
            await orchestrator.ExecuteAsync("q");
        }

        Assert.True(a.Calls > 1);
    }

    [Fact]
    public async Task The_capacity_is_kept_and_what_is_used_stays()
    {
        ScriptedBackend a = Scoring("a", 1);
        Orchestrator orchestrator = Setup.Over(s_cached with { Cache = new ResultCacheOptions { Capacity = 20 } }, a);
        int hits = 0;
        for (int i = 0; i < 1000; i++)
        {
            await orchestrator.ExecuteAsync($"q{i}");
            hits += (await orchestrator.ExecuteAsync("often")).FromCache ? 1 : 0;
        }

        Assert.InRange(orchestrator.CacheStatistics.Count, 1, 20);
        Assert.True(hits > 950, $"{hits} of 1000");
        orchestrator.ClearCache();
        Assert.Equal(0, orchestrator.CacheStatistics.Count);
        Assert.False((await orchestrator.ExecuteAsync("often")).FromCache);
    }

    [Fact]
    public async Task A_backend_that_uses_its_list_again_does_not_change_what_is_remembered()
    {
        var list = new List<SearchResult> { new("first", 1) };
        Orchestrator orchestrator = Setup.Over(s_cached, new ScriptedBackend("a", (_, _) => new(list)));
        await orchestrator.ExecuteAsync("q");
        list[0] = new SearchResult("second", 1);
        Assert.Equal("first", (await orchestrator.ExecuteAsync("q")).Ids());
    }

    [Fact]
    public async Task Feedback_on_a_remembered_result_counts_once()
    {
        Orchestrator orchestrator = Setup.Over(s_cached, Scoring("a", 1));
        await orchestrator.ExecuteAsync("q");
        DecisionId id = (await orchestrator.ExecuteAsync("q")).Decision.Id;
        Assert.Equal(RecordResult.Accepted, orchestrator.Feedback(id, 0));
        Assert.Equal(RecordResult.Duplicate, orchestrator.Feedback(id, 0));
    }

    [Fact]
    public void A_remembered_classification_leaves_the_draw_fresh()
    {
        var slow = new Counting();
        var cached = new CachedClassifier(slow);
        using var router = new Router(new RouterOptions { Classifier = cached, Seed = 1 });
        int[] chosen = new int[5];
        for (int i = 0; i < 500; i++)
        {
            Decision decision = router.Route("who");
            Assert.Equal(3, decision.QueryType);
            chosen[decision.Backend]++;
        }

        Assert.Equal(1, slow.Calls);
        Assert.All(chosen, static count => Assert.InRange(count, 50, 150));
        Assert.Equal(499, cached.Statistics.Hits);
        _ = router.Route("whom"u8, BackendSet.All);
        Assert.Equal(2, slow.Calls);
    }

    [Fact]
    public void A_classifier_that_throws_is_asked_again()
    {
        var slow = new Counting { Fails = true };
        var cached = new CachedClassifier(slow);
        Assert.Throws<IOException>(() => cached.Classify("q"));
        slow.Fails = false;
        Assert.Equal(3, cached.Classify("q").QueryType);
        Assert.Equal(2, slow.Calls);
        Assert.Throws<ArgumentNullException>(() => new CachedClassifier(null!));
        Assert.Throws<RouterConfigurationException>(() => new CachedClassifier(slow, new ResultCacheOptions { Capacity = 2 }));
    }

    private sealed class Counting : IQueryClassifier
    {
        public int Calls { get; private set; }

        public bool Fails { get; set; }

        public ClassifiedQuery Classify(ReadOnlySpan<char> query)
        {
            Calls++;
            return Fails ? throw new IOException("not now") : new ClassifiedQuery(3, 0.9f);
        }
    }
}
