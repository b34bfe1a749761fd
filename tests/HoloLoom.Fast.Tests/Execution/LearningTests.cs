using HoloLoom.Fast.Execution;
using static HoloLoom.Fast.Tests.Execution.ScriptedBackend;

namespace HoloLoom.Fast.Tests.Execution;

public sealed class LearningTests
{
    [Theory]
    [InlineData(0.71, 2, 1)]
    [InlineData(0.7, 1, 2)]
    public async Task Every_answer_is_learned_from_by_its_mean_score(double score, double alpha, double beta)
    {
        Orchestrator orchestrator = Setup.Over(Scoring("a", score));
        await orchestrator.RunAsync(ExecutionPatterns.FeedForward);
        Assert.Equal((alpha, beta), Cell(orchestrator, 0));
    }

    [Fact]
    public async Task Every_backend_of_a_pattern_learns_for_itself()
    {
        Orchestrator orchestrator = Setup.Over(Scoring("a", 0.9), Scoring("b", 0.2), Throwing("c"), Scoring("d", 0.8));
        ExecutionResult result = await orchestrator.RunAsync(ExecutionPatterns.Parallel);
        Assert.Equal(3, result.Answered.Count);
        Assert.Equal([(2, 1), (1, 2), (1, 2), (2, 1)], Enumerable.Range(0, 4).Select(backend => Cell(orchestrator, backend)));
    }

    [Fact]
    public async Task A_failure_is_reward_zero_whatever_the_reward_rule()
    {
        Router router = new(new RouterOptions
        {
            Backends = ["a", "b"],
            QueryTypes = [new QueryTypeOptions("any", "a", [])],
            Fallback = ["a", "b"],
            Strategy = "rules",
            Reward = new RewardOptions.Custom(static _ => 1),
        });
        var orchestrator = new Orchestrator(router, [Throwing("a"), Scoring("b", 0)], new OrchestratorOptions { Resilience = Setup.Plain });
        await orchestrator.RunAsync(ExecutionPatterns.FeedForward);
        Assert.Equal((1, 2), Cell(orchestrator, 0));
        Assert.Equal((2, 1), Cell(orchestrator, 1));
    }

    [Fact]
    public async Task A_function_of_the_users_own_judges_relevance()
    {
        var options = new OrchestratorOptions { Relevance = static (query, answer) => query.Length > 3 ? answer.Results.Count : double.NaN };
        Orchestrator orchestrator = Setup.Over(options, Scoring("a", 0));
        await orchestrator.ExecuteAsync("long enough");
        Assert.Equal((2, 1), Cell(orchestrator, 0));
        await orchestrator.ExecuteAsync("no");
        Assert.Equal((2, 2), Cell(orchestrator, 0));
    }

    [Fact]
    public async Task What_the_caller_cancels_is_not_learned_from()
    {
        Orchestrator orchestrator = Setup.Over(Hanging("a"));
        using var source = new CancellationTokenSource();
        Task running = orchestrator.RunAsync(ExecutionPatterns.FeedForward, source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal((1, 1), Cell(orchestrator, 0));
    }

    [Fact]
    public async Task Feedback_takes_the_place_of_the_measured_relevance_once()
    {
        Orchestrator orchestrator = Setup.Over(Scoring("a", 0.9));
        DecisionId id = (await orchestrator.RunAsync(ExecutionPatterns.FeedForward)).Decision.Id;
        Assert.Equal((2, 1), Cell(orchestrator, 0));
        Assert.Equal(RecordResult.Accepted, orchestrator.Feedback(id, 0));
        Assert.Equal((1, 2), Cell(orchestrator, 0));
        Assert.Equal(RecordResult.Duplicate, orchestrator.Feedback(id, 1));
        Assert.Equal((1, 2), Cell(orchestrator, 0));
        Assert.Equal(1, orchestrator.Router.GetStatistics().Outcomes);
    }

    [Fact]
    public async Task Feedback_amends_every_backend_that_answered_and_none_that_failed()
    {
        Orchestrator orchestrator = Setup.Over(Throwing("a"), Scoring("b", 0.1), Scoring("c", 0.2));
        ExecutionResult result = await orchestrator.RunAsync(ExecutionPatterns.Parallel);
        Assert.Equal([(1, 2), (1, 2), (1, 2)], Enumerable.Range(0, 3).Select(backend => Cell(orchestrator, backend)));
        Assert.Equal(RecordResult.Accepted, orchestrator.Feedback(result.Decision.Id, 1));
        Assert.Equal([(1, 2), (2, 1), (2, 1)], Enumerable.Range(0, 3).Select(backend => Cell(orchestrator, backend)));
        Assert.Equal(RecordResult.Duplicate, orchestrator.Feedback(result.Decision.Id, 1));
    }

    [Fact]
    public async Task An_execution_is_forgotten_when_another_that_takes_its_place_begins_to_wait()
    {
        ScriptedBackend backend = Scoring("a", 0.9);
        Orchestrator orchestrator = Setup.Over(new OrchestratorOptions { FeedbackWindow = 1 }, backend);
        DecisionId first = (await orchestrator.ExecuteAsync("anything")).Decision.Id;
        Assert.Equal(RecordResult.Accepted, orchestrator.Feedback(first, 1));
        var answer = new TaskCompletionSource<IReadOnlyList<SearchResult>>();
        backend.Script = (_, _) => new(answer.Task);
        ValueTask<ExecutionResult> second = orchestrator.ExecuteAsync("anything");
        Assert.Equal(RecordResult.Expired, orchestrator.Feedback(first, 1));
        answer.SetResult([new SearchResult("a-1", 0.9)]);
        Assert.Equal(RecordResult.Accepted, orchestrator.Feedback((await second).Decision.Id, 1));
        Assert.Equal(RecordResult.Expired, orchestrator.Feedback(first, 1));
    }

    [Fact]
    public async Task Feedback_beyond_the_window_is_expired_and_for_a_foreign_id_unknown()
    {
        Orchestrator orchestrator = Setup.Over(new OrchestratorOptions { FeedbackWindow = 4 }, Scoring("a", 0.9));
        DecisionId first = (await orchestrator.RunAsync(ExecutionPatterns.FeedForward)).Decision.Id;
        for (int i = 0; i < 4; i++)
        {
            await orchestrator.RunAsync(ExecutionPatterns.FeedForward);
        }

        Assert.Equal(RecordResult.Expired, orchestrator.Feedback(first, 0));
        Assert.Equal(RecordResult.Unknown, orchestrator.Feedback(default, 0));
        Assert.Equal(RecordResult.Expired, Setup.Over(new OrchestratorOptions { FeedbackWindow = 0 }, Scoring("a", 1)).Feedback(first, 0) switch
        {
            // Another router with the same seed knows the key, and has not seen the execution.
            RecordResult other => other,
        });
        Assert.Throws<ArgumentOutOfRangeException>(() => orchestrator.Feedback(first, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => orchestrator.Feedback(first, 1.1));
    }

    // Calls take numbers of decisions, too; and threads number theirs in blocks.
    [Theory]
    [InlineData(ExecutionPatterns.FeedForward, 64, 1 << 13)]
    [InlineData(ExecutionPatterns.Parallel, 1, 1 << 13)]
    [InlineData(ExecutionPatterns.Parallel, 16, 1 << 10)]
    [InlineData(ExecutionPatterns.Recursive, 3, 64)]
    public void All_executions_of_the_window_can_be_amended(string pattern, int threads, int window)
    {
        OrchestratorOptions options = Setup.Unhurried with { FeedbackWindow = window };
        Orchestrator orchestrator = Setup.Over(options, Scoring("a", 0.6), Scoring("b", 0.6), Scoring("c", 0.6), Scoring("d", 0.6));
        var ids = new System.Collections.Concurrent.ConcurrentQueue<DecisionId>();
        void Execute(int executions)
        {
            // Each thread lives until all have executed, or they would be the same.
            using var barrier = new Barrier(threads);
            Thread[] all = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() =>
            {
                for (int i = 0; i < executions / threads; i++)
                {
                    ids.Enqueue(orchestrator.RunAsync(pattern).AsTask().GetAwaiter().GetResult().Decision.Id);
                }

                barrier.SignalAndWait();
            }))];
            Array.ForEach(all, static thread => thread.Start());
            Array.ForEach(all, static thread => thread.Join());
        }

        Execute(3 * window);
        DecisionId old = ids.First();
        ids.Clear();
        Execute(window);
        Assert.All(ids, id => Assert.Equal(RecordResult.Accepted, orchestrator.Feedback(id, 1)));
        Assert.Equal(RecordResult.Expired, orchestrator.Feedback(old, 1));
    }

    [Fact]
    public async Task Without_learning_only_feedback_is_learned_from()
    {
        Orchestrator orchestrator = Setup.Over(new OrchestratorOptions { Learn = false }, Scoring("a", 0.9));
        DecisionId id = (await orchestrator.RunAsync(ExecutionPatterns.FeedForward)).Decision.Id;
        Assert.Equal((1, 1), Cell(orchestrator, 0));
        Assert.Equal(RecordResult.Accepted, orchestrator.Feedback(id, 1));
        Assert.Equal((2, 1), Cell(orchestrator, 0));
        Assert.Equal(RecordResult.Duplicate, orchestrator.Feedback(id, 1));
    }

    [Fact]
    public async Task Feedback_from_many_threads_counts_once_each()
    {
        Orchestrator orchestrator = Setup.Over(Scoring("a", 0.9), Scoring("b", 0.9), Scoring("c", 0.9));
        var ids = new List<DecisionId>();
        for (int i = 0; i < 2000; i++)
        {
            ids.Add((await orchestrator.RunAsync(i % 2 == 0 ? ExecutionPatterns.FeedForward : ExecutionPatterns.Parallel)).Decision.Id);
        }

        int accepted = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            foreach (DecisionId id in ids)
            {
                if (orchestrator.Feedback(id, 0) == RecordResult.Accepted)
                {
                    Interlocked.Increment(ref accepted);
                }
            }
        })));

        // An execution of several backends may be accepted by two threads, each for some of them; every cell is amended once all the same.
        Assert.True(accepted >= ids.Count);
        Assert.Equal([(1, 2001), (1, 1001), (1, 1001)], Enumerable.Range(0, 3).Select(backend => Cell(orchestrator, backend)));
    }

    private static (double, double) Cell(Orchestrator orchestrator, int backend)
    {
        CellStatistics cell = orchestrator.Router.GetStatistics().QueryTypes[0].Backends[backend];
        return (cell.Alpha, cell.Beta);
    }
}
