using System.Collections;
using HoloLoom.Fast.Execution;
using static HoloLoom.Fast.Tests.Execution.ScriptedBackend;

namespace HoloLoom.Fast.Tests.Execution;

public sealed class BadInputTests
{
    public static TheoryData<string> Patterns => [.. ExecutionPatterns.All];

    [Fact]
    public void Backends_that_do_not_fit_the_router_are_refused()
    {
        Router router = Setup.Router(["a", "b"]);
        Assert.Contains("at least one", Assert.Throws<RouterConfigurationException>(() => new Orchestrator(router, [])).Reason);
        Assert.Contains("'c'", Assert.Throws<RouterConfigurationException>(() => new Orchestrator(router, [Scoring("c", 1)])).Message);
        Assert.Contains("twice", Assert.Throws<RouterConfigurationException>(() => new Orchestrator(router, [Scoring("a", 1), Scoring("a", 1)])).Message);
        Assert.Equal("$.backends[0]", Assert.Throws<RouterConfigurationException>(() => new Orchestrator(router, [null!])).Path);
        Assert.Equal("$.backends[0].name", Assert.Throws<RouterConfigurationException>(() => new Orchestrator(router, [Scoring(null!, 1)])).Path);
        Assert.Throws<ArgumentNullException>(() => new Orchestrator(router, null!));
        Assert.Throws<ArgumentNullException>(() => new Orchestrator(null!, [Scoring("a", 1)]));
    }

    [Fact]
    public async Task Bad_requests_are_refused()
    {
        Orchestrator orchestrator = Setup.Over(Scoring("a", 1), Scoring("b", 1));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await orchestrator.ExecuteAsync((string)null!));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await orchestrator.ExecuteAsync(default(ExecutionRequest)));
        foreach (int limit in (int[])[0, -1, int.MaxValue])
        {
            await Refused(orchestrator, new ExecutionRequest("q") { Limit = limit }, "limit");
        }

        await Refused(orchestrator, new ExecutionRequest("q") { Available = BackendSet.None }, "None of the backends");
        await Refused(orchestrator, new ExecutionRequest("q") { Available = BackendSet.Of(60) }, "None of the backends");
        Assert.Equal("a-1,b-1", (await orchestrator.ExecuteAsync("")).Ids());
    }

    [Fact]
    public async Task A_plan_is_followed_and_an_unknown_backend_in_it_refused()
    {
        ScriptedBackend a = Scoring("a", 1), b = Scoring("b", 0.1), c = Scoring("c", 0.1);
        Orchestrator orchestrator = Setup.Over(a, b, c);
        ExecutionResult result = await orchestrator.ExecuteAsync(new ExecutionRequest("q") { Pattern = ExecutionPatterns.Recursive, Plan = ["c", "b"] });
        Assert.Equal("c-1,b-1", result.Ids());
        Assert.Equal(2, result.Decision.Backend);
        Assert.Equal(0, a.Calls);
        await Refused(orchestrator, new ExecutionRequest("q") { Plan = ["nobody"] }, "'nobody'");
        await Refused(orchestrator, new ExecutionRequest("q") { Plan = ["a", null!] }, "''");
        await Refused(orchestrator, new ExecutionRequest("q") { Plan = ["a", "a"] }, "twice");
        await Refused(orchestrator, new ExecutionRequest("q") { Plan = [] }, "empty");

        // Known to the router, not to the orchestrator.
        var half = new Orchestrator(Setup.Router(["a", "b"]), [a]);
        await Refused(half, new ExecutionRequest("q") { Plan = ["b"] }, "'b'");
        Assert.Equal("a", half.Names(half.Available));
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public async Task Null_results_and_results_without_id_are_failures_and_empty_ones_are_not(string pattern)
    {
        ScriptedBackend[] bad =
        [
            new("a", static (_, _) => new((IReadOnlyList<SearchResult>)null!)),
            Answering("a", new SearchResult(null!, 1)),
            new("a", static (_, _) => default),
            new("a", static (_, _) => new(new Hostile(throws: true))),
        ];
        foreach (ScriptedBackend a in bad)
        {
            ExecutionResult result = await Setup.Over(a, Scoring("b", 0.9)).RunAsync(pattern);
            Assert.Equal("b-1", result.Ids());
            Assert.Equal("a", result.Failures.Single().Backend);
        }

        ExecutionResult empty = await Setup.Over(Answering("a")).RunAsync(pattern);
        Assert.Empty(empty.Results);
        Assert.Equal(0, empty.Confidence);
        Assert.False(empty.IsPartial);
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public async Task Scores_that_are_none_count_as_the_nearest(string pattern)
    {
        Orchestrator orchestrator = Setup.Over(Answering(
            "a",
            new("nan", double.NaN),
            new("inf", double.PositiveInfinity),
            new("minus", double.NegativeInfinity),
            new("big", 17),
            new("small", -0.001)));
        ExecutionResult result = await orchestrator.RunAsync(pattern);
        Assert.Equal([0.0, 1, 0, 1, 0], result.Results.Select(static one => one.Score));
        Assert.Equal(0.4, result.Confidence);
    }

    // A score that weighs endlessly much decides, and is no endless loop.
    [Theory]
    [InlineData(1e15)]
    [InlineData(1e300)]
    [InlineData(double.MaxValue)]
    public async Task A_score_may_weigh_as_much_as_a_number_can_say(double share)
    {
        OrchestratorOptions options = Setup.Unhurried with { EvidenceShare = share };
        foreach ((double score, string asked) in new[] { (1.0, "a"), (0.0, "a,b") })
        {
            Orchestrator orchestrator = Setup.Over(options, Scoring("a", score), Scoring("b", 0.1));
            ExecutionResult result = await Task.Run(async () => await orchestrator.RunAsync(ExecutionPatterns.StrangeLoop)).WaitAsync(TimeSpan.FromMinutes(1));
            Assert.Equal(asked, orchestrator.Names(result.Asked));
        }
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public async Task Ten_million_results_are_cut_to_what_was_asked_for(string pattern)
    {
        var huge = new SearchResult[10_000_000];
        Array.Fill(huge, new SearchResult("x", 0.9));
        huge[0] = new SearchResult("first", 0.9);
        Orchestrator orchestrator = Setup.Over(Answering("a", huge), new ScriptedBackend("b", static (_, _) => new(new Hostile(throws: false))));
        ExecutionResult result = await orchestrator.ExecuteAsync(new ExecutionRequest("q") { Pattern = pattern, Limit = 3 });
        Assert.InRange(result.Results.Count, 1, 3);
        Assert.Equal("first", result.Results[0].Id);
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public async Task Exceptions_of_every_kind_are_failures_at_once_and_later(string pattern)
    {
        Exception[] kinds =
        [
            new InvalidOperationException("x"),
            new OperationCanceledException("nobody asked for it"),
            new TaskCanceledException("nor for this"),
            new TimeoutException("x"),
            new InsufficientExecutionStackException(),
            new Polly.Timeout.TimeoutRejectedException("of its own"),
            new Polly.CircuitBreaker.BrokenCircuitException("of its own"),
            new AggregateException(new IOException("x"), new IOException("y")),
            new NotImplementedException(),
        ];
        foreach (Exception kind in kinds)
        {
            foreach (ScriptedBackend a in (ScriptedBackend[])[Throwing("a", kind), new("a", async (_, _) =>
            {
                await Task.Yield();
                throw kind;
            })])
            {
                ExecutionResult result = await Setup.Over(a, Scoring("b", 0.9)).RunAsync(pattern);
                Assert.Equal("b-1", result.Ids());
                Assert.Single(result.Failures);
                Assert.Single((await Assert.ThrowsAsync<ExecutionException>(async () => await Setup.Over(a).RunAsync(pattern))).Failures);
            }
        }
    }

    [Fact]
    public void Options_that_cannot_be_used_name_their_path()
    {
        ResilienceOptions r = new();
        (string, OrchestratorOptions)[] wrong =
        [
            ("$.deadline", new() { Deadline = TimeSpan.Zero }),
            ("$.deadline", new() { Deadline = TimeSpan.FromSeconds(-1) }),
            ("$.deadline", new() { Deadline = Timeout.InfiniteTimeSpan }),
            ("$.deadline", new() { Deadline = TimeSpan.MaxValue }),
            ("$.resilience", new() { Resilience = null! }),
            ("$.resilience.timeout", new() { Resilience = r with { Timeout = TimeSpan.Zero } }),
            ("$.resilience.timeout", new() { Resilience = r with { Timeout = TimeSpan.FromTicks(-1) } }),
            ("$.resilience.timeout", new() { Resilience = r with { Timeout = TimeSpan.FromDays(2) } }),
            ("$.resilience.retryDelay", new() { Resilience = r with { RetryDelay = TimeSpan.FromDays(2) } }),
            ("$.resilience.retries", new() { Resilience = r with { Retries = -1 } }),
            ("$.resilience.retryDelay", new() { Resilience = r with { RetryDelay = TimeSpan.FromSeconds(-1) } }),
            ("$.resilience.failureRatio", new() { Resilience = r with { FailureRatio = 0 } }),
            ("$.resilience.failureRatio", new() { Resilience = r with { FailureRatio = double.NaN } }),
            ("$.resilience.minimumThroughput", new() { Resilience = r with { MinimumThroughput = 1 } }),
            ("$.resilience.samplingDuration", new() { Resilience = r with { SamplingDuration = TimeSpan.Zero } }),
            ("$.resilience.breakDuration", new() { Resilience = r with { BreakDuration = TimeSpan.Zero } }),
            ("$.resilience.maxConcurrency", new() { Resilience = r with { MaxConcurrency = 0 } }),
            ("$.resilienceOf", new() { ResilienceOf = new Dictionary<string, ResilienceOptions> { ["z"] = r } }),
            ("$.resilienceOf.a", new() { ResilienceOf = new Dictionary<string, ResilienceOptions> { ["a"] = null! } }),
            ("$.resilienceOf.a.timeout", new() { ResilienceOf = new Dictionary<string, ResilienceOptions> { ["a"] = r with { Timeout = TimeSpan.Zero } } }),
            ("$.selector", new() { Selector = null! }),
            ("$.customPatterns[0]", new() { CustomPatterns = [null!] }),
            ("$.fusion", new() { Fusion = null! }),
            ("$.timeProvider", new() { TimeProvider = null! }),
            ("$.recursivePasses", new() { RecursivePasses = 0 }),
            ("$.confidenceThreshold", new() { ConfidenceThreshold = double.NaN }),
            ("$.evidenceShare", new() { EvidenceShare = -1 }),
            ("$.chainSecondaries", new() { ChainSecondaries = -1 }),
            ("$.parallelSecondaries", new() { ParallelSecondaries = 64 }),
            ("$.hedgeQuantile", new() { HedgeQuantile = 1 }),
            ("$.hedgeMinimumSamples", new() { HedgeMinimumSamples = 0 }),
            ("$.hedgeInitialDelay", new() { HedgeInitialDelay = TimeSpan.Zero }),
            ("$.feedbackWindow", new() { FeedbackWindow = -1 }),
            ("$.cache.capacity", new() { Cache = new() { Capacity = 2 } }),
            ("$.cache.expiry", new() { Cache = new() { Expiry = TimeSpan.Zero } }),
        ];
        foreach ((string path, OrchestratorOptions options) in wrong)
        {
            RouterConfigurationException error = Assert.Throws<RouterConfigurationException>(() => Setup.Over(options, Scoring("a", 1)));
            Assert.Equal(path, error.Path);
            Assert.Matches("[.?]$", error.Reason);
        }
    }

    private static async Task Refused(Orchestrator orchestrator, ExecutionRequest request, string words) =>
        Assert.Contains(words, (await Assert.ThrowsAsync<ArgumentException>(async () => await orchestrator.ExecuteAsync(request))).Message);

    // A list of two thousand million results, made as they are asked for.
    private sealed class Hostile(bool throws) : IReadOnlyList<SearchResult>
    {
        public int Count => int.MaxValue;

        public SearchResult this[int index] => throws ? throw new IOException("the connection is gone") : new($"r{index}", 0.5);

        public IEnumerator<SearchResult> GetEnumerator() => throw new NotSupportedException();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
