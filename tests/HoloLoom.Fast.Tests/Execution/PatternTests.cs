using HoloLoom.Fast.Execution;
using static HoloLoom.Fast.Tests.Execution.ScriptedBackend;

namespace HoloLoom.Fast.Tests.Execution;

public sealed class PatternTests
{
    [Fact]
    public async Task Feed_forward_asks_one_backend_once_and_passes_its_list_on()
    {
        SearchResult[] list = [new("x", 0.9), new("y", 0.5)];
        ScriptedBackend a = Answering("a", list), b = Scoring("b", 1);
        ExecutionResult result = await Setup.Over(a, b).RunAsync(ExecutionPatterns.FeedForward);
        Assert.Same(list, result.Results);
        Assert.Equal((1, 0), (a.Calls, b.Calls));
        Assert.Equal(0.7, result.Confidence, 12);
        Assert.Equal(BackendSet.Of(0), result.Asked);
        Assert.Equal(BackendSet.Of(0), result.Answered);
        Assert.False(result.IsPartial);
        Assert.Equal("feed-forward", result.Pattern);
    }

    [Fact]
    public async Task Feed_forward_turns_to_the_next_backend_when_the_first_fails_and_tells_of_it()
    {
        ScriptedBackend a = Throwing("a"), b = Throwing("b"), c = Scoring("c", 0.4);
        Orchestrator orchestrator = Setup.Over(a, b, c);
        ExecutionResult result = await orchestrator.RunAsync(ExecutionPatterns.FeedForward);
        Assert.Equal("c-1", result.Ids());
        Assert.Equal("a,b,c", orchestrator.Names(result.Asked));
        Assert.Equal("c", orchestrator.Names(result.Answered));
        Assert.Equal(["a", "b"], result.Failures.Select(static failure => failure.Backend));
        Assert.Contains("a is broken", result.Failures[0].ToString());
    }

    [Theory]
    [InlineData(0.7, "a")]
    [InlineData(0.69, "a,b")]
    public async Task Recursive_goes_on_below_the_threshold_only(double score, string asked)
    {
        Orchestrator orchestrator = Setup.Over(Scoring("a", score), Scoring("b", 0.8), Scoring("c", 0.9));
        Assert.Equal(asked, orchestrator.Names((await orchestrator.RunAsync(ExecutionPatterns.Recursive)).Asked));
    }

    [Fact]
    public async Task Recursive_makes_three_passes_at_most_and_merges_them()
    {
        Orchestrator orchestrator = Setup.Over(Scoring("a", 0.1), Scoring("b", 0.2), Scoring("c", 0.3), Scoring("d", 1));
        ExecutionResult result = await orchestrator.RunAsync(ExecutionPatterns.Recursive);
        Assert.Equal("a,b,c", orchestrator.Names(result.Asked));
        Assert.Equal("a-1,b-1,c-1", result.Ids());
        Assert.Equal(0.3, result.Confidence);
    }

    [Fact]
    public async Task Recursive_takes_passes_and_threshold_from_the_options()
    {
        var options = new OrchestratorOptions { RecursivePasses = 2, ConfidenceThreshold = 0.15, Resilience = Setup.Plain };
        Orchestrator orchestrator = Setup.Over(options, Scoring("a", 0.1), Scoring("b", 0.1), Scoring("c", 1));
        Assert.Equal("a,b", orchestrator.Names((await orchestrator.RunAsync(ExecutionPatterns.Recursive)).Asked));
        orchestrator = Setup.Over(options, Scoring("a", 0.15), Scoring("b", 0.1));
        Assert.Equal("a", orchestrator.Names((await orchestrator.RunAsync(ExecutionPatterns.Recursive)).Asked));
    }

    [Fact]
    public async Task Strange_loop_stays_with_a_backend_that_scores_well_and_leaves_one_that_does_not()
    {
        // What is known: both are good, from many outcomes. The score of this query weighs as much as all of that.
        int stays = 0, leaves = 0;
        for (int i = 0; i < 200; i++)
        {
            foreach ((double score, int expected) in ((double, int)[])[(1, 1), (0, 2)])
            {
                Orchestrator orchestrator = Setup.Over(Scoring("a", score), Scoring("b", 0.9));
                Teach(orchestrator.Router, "a", 0.8, 50);
                Teach(orchestrator.Router, "b", 0.7, 50);
                ExecutionResult result = await orchestrator.RunAsync(ExecutionPatterns.StrangeLoop);
                stays += expected == 1 && result.Asked.Count == 1 ? 1 : 0;
                leaves += expected == 2 && result.Ids() == "a-1,b-1" ? 1 : 0;
            }
        }

        Assert.True(stays > 180, $"{stays} of 200 stayed with a score of 1");
        Assert.True(leaves > 180, $"{leaves} of 200 left with a score of 0");
    }

    [Fact]
    public async Task Strange_loop_learns_nothing_by_reconsidering()
    {
        Orchestrator orchestrator = Setup.Over(new OrchestratorOptions { Learn = false }, Scoring("a", 0), Scoring("b", 0.9));
        double before = orchestrator.Router.GetStatistics().QueryTypes[0].Backends.Sum(static cell => cell.Alpha + cell.Beta);
        for (int i = 0; i < 20; i++)
        {
            await orchestrator.RunAsync(ExecutionPatterns.StrangeLoop);
        }

        Assert.Equal(before, orchestrator.Router.GetStatistics().QueryTypes[0].Backends.Sum(static cell => cell.Alpha + cell.Beta));
    }

    [Fact]
    public async Task Strange_loop_without_weight_on_the_score_draws_from_what_is_known()
    {
        // A share of 0 still counts the score as one outcome: Beta(81, 21) against Beta(2, 100) does not change its mind.
        var options = new OrchestratorOptions { EvidenceShare = 0, Resilience = Setup.Plain };
        Orchestrator orchestrator = Setup.Over(options, Scoring("a", 0), Scoring("b", 0.9));
        Teach(orchestrator.Router, "a", 0.8, 100);
        Teach(orchestrator.Router, "b", 0.01, 100);
        Assert.Equal(1, (await orchestrator.RunAsync(ExecutionPatterns.StrangeLoop)).Asked.Count);
    }

    [Fact]
    public async Task Chain_gives_each_backend_the_results_so_far()
    {
        ScriptedBackend a = Answering("a", new SearchResult("x", 1)), b = Answering("b", new SearchResult("y", 1), new SearchResult("x", 1)), c = Scoring("c", 1);
        ScriptedBackend d = Scoring("d", 1);
        ExecutionResult result = await Setup.Over(a, b, c, d).RunAsync(ExecutionPatterns.Chain);
        Assert.Empty(a.Queries[0].Previous);
        Assert.Equal(["x"], b.Queries[0].Previous.Select(static one => one.Id));
        Assert.Equal(["x", "y"], c.Queries[0].Previous.Select(static one => one.Id));
        Assert.Equal(0, d.Calls);
        Assert.Equal("x,c-1,y", result.Ids().Replace("x,y,c-1", "x,c-1,y"));
    }

    [Fact]
    public async Task Chain_passes_over_a_backend_that_fails()
    {
        ScriptedBackend c = Scoring("c", 1);
        Orchestrator orchestrator = Setup.Over(Scoring("a", 1), Throwing("b"), c);
        ExecutionResult result = await orchestrator.RunAsync(ExecutionPatterns.Chain);
        Assert.Equal("a-1,c-1", result.Ids());
        Assert.Equal(["a-1"], c.Queries[0].Previous.Select(static one => one.Id));
        Assert.Equal("b", result.Failures.Single().Backend);
    }

    [Fact]
    public async Task Parallel_asks_the_primary_and_three_others_at_once()
    {
        var all = new TaskCompletionSource();
        int begun = 0;
        ScriptedBackend[] backends = [.. "abcde".Select(name => new ScriptedBackend(name.ToString(), async (_, token) =>
        {
            // Nobody gets past before all four are under way.
            if (Interlocked.Increment(ref begun) == 4)
            {
                all.SetResult();
            }

            await all.Task.WaitAsync(token);
            return [new SearchResult(name.ToString(), 0.5)];
        }))];
        Orchestrator orchestrator = Setup.Over(Setup.Unhurried, backends);
        ExecutionResult result = await orchestrator.RunAsync(ExecutionPatterns.Parallel);
        Assert.Equal("a,b,c,d", orchestrator.Names(result.Answered));
        Assert.Equal("a,b,c,d", result.Ids());
        Assert.Equal(0, backends[4].Calls);
    }

    [Fact]
    public async Task Parallel_tolerates_failures_and_the_deadline_and_reports_them()
    {
        var clock = new HandClock();
        OrchestratorOptions options = Setup.Unhurried with { TimeProvider = clock };
        ScriptedBackend d = Hanging("d");
        Orchestrator orchestrator = Setup.Over(options, Scoring("a", 1), Throwing("b"), Scoring("c", 1), d);
        ValueTask<ExecutionResult> execution = orchestrator.RunAsync(ExecutionPatterns.Parallel);
        await Setup.Eventually(() => orchestrator.Router.GetStatistics().Outcomes == 3);
        Assert.False(execution.IsCompleted);
        clock.Advance(options.Deadline);
        ExecutionResult result = await execution.AsTask().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("a-1,c-1", result.Ids());
        Assert.True(result.IsPartial);
        Assert.Equal([("b", CallStatus.Failed), ("d", CallStatus.TimedOut)], result.Failures.Select(static one => (one.Backend, one.Status)).Order());
        await Setup.Eventually(() => d.Running == 0);
    }

    [Fact]
    public async Task Parallel_asks_the_rest_when_all_that_were_asked_at_once_fail()
    {
        Orchestrator orchestrator = Setup.Over(Throwing("a"), Throwing("b"), Throwing("c"), Throwing("d"), Scoring("e", 0.5));
        Assert.Equal("e-1", (await orchestrator.RunAsync(ExecutionPatterns.Parallel)).Ids());
    }

    [Fact]
    public async Task A_timeout_may_be_shorter_than_ten_milliseconds()
    {
        OrchestratorOptions options = Setup.Unhurried with { Resilience = Setup.Plain with { Timeout = TimeSpan.FromMilliseconds(2) } };
        Orchestrator orchestrator = Setup.Over(options, Hanging("a"), Scoring("b", 1));
        for (int i = 0; i < 3; i++)
        {
            ExecutionResult result = await orchestrator.RunAsync(ExecutionPatterns.FeedForward);
            Assert.Equal("b-1", result.Ids());
            Assert.Equal(CallStatus.TimedOut, Assert.Single(result.Failures).Status);
        }
    }

    private static void Teach(Router router, string backend, double rate, int outcomes)
    {
        for (int i = 0; i < outcomes; i++)
        {
            router.Record(router.Route("anything", router.SetOf(backend)).Id, new Outcome(i < rate * outcomes ? 1 : 0, 1));
        }
    }
}
