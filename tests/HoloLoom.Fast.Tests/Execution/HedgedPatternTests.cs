using System.Diagnostics;
using HoloLoom.Fast.Execution;
using static HoloLoom.Fast.Tests.Execution.ScriptedBackend;

namespace HoloLoom.Fast.Tests.Execution;

public sealed class HedgedPatternTests
{
    [Fact]
    public async Task No_second_backend_is_asked_when_the_first_is_quick()
    {
        ScriptedBackend b = Scoring("b", 1);
        Assert.Equal("x", (await Setup.Over(Slow("a", 5, new SearchResult("x", 1)), b).RunAsync(ExecutionPatterns.Hedged)).Ids());
        Assert.Equal("a-1", (await Setup.Over(Scoring("a", 1), b).RunAsync(ExecutionPatterns.Hedged)).Ids());
        Assert.Equal(0, b.Calls);
    }

    [Fact]
    public async Task A_second_backend_is_asked_when_the_first_is_slow_and_the_first_is_taken_back()
    {
        ScriptedBackend a = Hanging("a"), b = Scoring("b", 1);
        OrchestratorOptions options = Setup.Unhurried with { HedgeInitialDelay = TimeSpan.FromMilliseconds(10) };
        Orchestrator orchestrator = Setup.Over(options, a, b);
        ExecutionResult result = await orchestrator.RunAsync(ExecutionPatterns.Hedged);
        Assert.Equal("b-1", result.Ids());
        Assert.False(result.IsPartial);
        await Setup.Eventually(() => a.Running == 0);

        // Beaten in spite of its head start: reward 0.
        CellStatistics beaten = orchestrator.Router.GetStatistics().QueryTypes[0].Backends[0];
        Assert.Equal((1, 2), (beaten.Alpha, beaten.Beta));
    }

    [Fact]
    public async Task The_second_waits_as_long_as_the_first_usually_takes()
    {
        ScriptedBackend a = Scoring("a", 1), b = Scoring("b", 1);
        OrchestratorOptions options = Setup.Unhurried with { HedgeMinimumSamples = 20 };
        Orchestrator orchestrator = Setup.Over(options, a, b);
        for (int i = 0; i < 20; i++)
        {
            await orchestrator.RunAsync(ExecutionPatterns.FeedForward);
        }

        // Its p95 is now far below a second: the minute of the initial delay is not waited for.
        a.Script = Hanging("a").Script;
        Assert.Equal("b-1", (await orchestrator.RunAsync(ExecutionPatterns.Hedged)).Ids());
    }

    [Fact]
    public async Task It_survives_the_failure_of_either_and_of_both()
    {
        OrchestratorOptions options = Setup.Unhurried with { HedgeInitialDelay = TimeSpan.FromMilliseconds(5) };
        ScriptedBackend Late(string name) => new(name, async (_, _) =>
        {
            await Task.Delay(30, CancellationToken.None);
            throw new InvalidOperationException("late and broken");
        });
        Assert.Equal("b-1", (await Setup.Over(options, Throwing("a"), Scoring("b", 1)).RunAsync(ExecutionPatterns.Hedged)).Ids());
        Assert.Equal("b", (await Setup.Over(options, Late("a"), Slow("b", 60, new SearchResult("b", 1))).RunAsync(ExecutionPatterns.Hedged)).Ids());
        Assert.Equal("a", (await Setup.Over(options, Slow("a", 60, new SearchResult("a", 1)), Throwing("b")).RunAsync(ExecutionPatterns.Hedged)).Ids());
        Assert.Equal("c-1", (await Setup.Over(options, Late("a"), Throwing("b"), Scoring("c", 1)).RunAsync(ExecutionPatterns.Hedged)).Ids());
        await Assert.ThrowsAsync<ExecutionException>(async () => await Setup.Over(options, Late("a"), Throwing("b")).RunAsync(ExecutionPatterns.Hedged));
    }

    [Theory]
    [InlineData("outright")]
    [InlineData("at once")]
    [InlineData("later")]
    public async Task A_repetition_of_the_first_is_taken_back_too(string fails)
    {
        // The first attempt fails, the repetition never ends by itself.
        var a = new ScriptedBackend("a", static (_, _) => default);
        int attempts = 0;
        a.Script = async (query, token) =>
        {
            await (Interlocked.Increment(ref attempts) > 1 ? Task.Delay(Timeout.Infinite, token) : fails == "at once" ? Task.CompletedTask : Task.Delay(1, token));
            throw new InvalidOperationException("a is broken");
        };
        IBackend first = fails == "outright" ? new OnceThrowing(a, () => Interlocked.Increment(ref attempts)) : a;
        var b = new ScriptedBackend("b", async (_, token) =>
        {
            await Setup.Eventually(() => Volatile.Read(ref attempts) == 2);
            return [new SearchResult("b-1", 1)];
        });
        var options = new OrchestratorOptions
        {
            HedgeInitialDelay = TimeSpan.FromMilliseconds(50),
            Deadline = TimeSpan.FromMinutes(5),
            Resilience = Setup.Plain with { Retries = 1, RetryDelay = TimeSpan.FromMilliseconds(1), Timeout = TimeSpan.FromMinutes(5) },
        };
        var orchestrator = new Orchestrator(Setup.Router(["a", "b"]), [first, b], options);
        ExecutionResult result = await orchestrator.RunAsync(ExecutionPatterns.Hedged).AsTask().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("b-1", result.Ids());
        Assert.False(result.IsPartial);
        await Setup.Eventually(() => a.Running == 0);
    }

    [Fact]
    public async Task A_first_whose_failures_are_being_counted_is_taken_back_too()
    {
        ScriptedBackend a = Throwing("a"), b = Scoring("b", 1);
        OrchestratorOptions options = Setup.Unhurried with { HedgeInitialDelay = TimeSpan.FromMilliseconds(10) };
        Orchestrator orchestrator = Setup.Over(options, a, b);
        Assert.Equal("b-1", (await orchestrator.RunAsync(ExecutionPatterns.Hedged)).Ids());
        a.Script = Hanging("a").Script;
        ExecutionResult result = await orchestrator.RunAsync(ExecutionPatterns.Hedged).AsTask().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("b-1", result.Ids());
        Assert.False(result.IsPartial);
        await Setup.Eventually(() => a.Running == 0);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task What_a_judgement_throws_ends_the_other_call_too(bool isFirstWatched, bool isSecondLate)
    {
        ScriptedBackend a = Throwing("a"), b = Scoring("b", 1);
        bool judges = false;
        OrchestratorOptions options = Setup.Unhurried with
        {
            HedgeInitialDelay = TimeSpan.FromMilliseconds(10),
            Relevance = (_, answer) => judges && answer.Backend == 1 ? throw new FormatException("no judgement") : 0.5,
        };
        Orchestrator orchestrator = Setup.Over(options, a, b);
        if (isFirstWatched)
        {
            await orchestrator.RunAsync(ExecutionPatterns.Hedged);
        }

        judges = true;
        a.Script = Hanging("a").Script;
        b.Script = isSecondLate ? Slow("b", 20, new SearchResult("b", 1)).Script : b.Script;
        await Assert.ThrowsAsync<FormatException>(() => orchestrator.RunAsync(ExecutionPatterns.Hedged).AsTask().WaitAsync(TimeSpan.FromMinutes(1)));
        await Setup.Eventually(() => a.Running == 0);
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
    public async Task First_answers_that_race_with_the_end_of_the_wait_are_neither_lost_nor_doubled()
    {
        var random = new Random(5);
        ScriptedBackend Racing(string name) => new(name, async (_, token) =>
        {
            double wait;
            lock (random)
            {
                wait = 2 * random.NextDouble();
            }

            long until = Stopwatch.GetTimestamp() + (long)(wait * 0.001 * Stopwatch.Frequency);
            await Task.Yield();
            while (Stopwatch.GetTimestamp() < until)
            {
                await Task.Yield();
            }

            return [new SearchResult(name, 1)];
        });
        ScriptedBackend a = Racing("a"), b = Racing("b");
        OrchestratorOptions options = Setup.Unhurried with { HedgeInitialDelay = TimeSpan.FromMilliseconds(1), HedgeMinimumSamples = int.MaxValue };
        Orchestrator orchestrator = Setup.Over(options, a, b);
        int fromA = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < 300; i++)
            {
                ExecutionResult result = await orchestrator.RunAsync(ExecutionPatterns.Hedged).AsTask().WaitAsync(TimeSpan.FromMinutes(1));
                Assert.InRange(result.Answered.Count, 1, 2);
                Interlocked.Add(ref fromA, Assert.Single(result.Results).Id == "a" ? 1 : 0);
            }
        })));

        Assert.Equal(1200, a.Calls);
        Assert.InRange(b.Calls, 1, 1200);
        Assert.InRange(fromA, 1200 - b.Calls, 1200);
        await Setup.Eventually(() => a.Running + b.Running == 0);
    }

    private static async Task<int> HedgesOfAnAnswerThatComesWithTheEndOfItsTimeAsync()
    {
        var clock = new HandClock();
        OrchestratorOptions options = Setup.Patient with { HedgeInitialDelay = TimeSpan.FromSeconds(1), TimeProvider = clock };
        var answer = new TaskCompletionSource<IReadOnlyList<SearchResult>>();
        var first = new ScriptedBackend("a", (_, _) => new(answer.Task));
        ScriptedBackend second = Scoring("b", 1);
        ValueTask<ExecutionResult> execution = Setup.Over(options, first, second).RunAsync(ExecutionPatterns.Hedged);

        // All threads that there are now, and the next twenty, are kept from beginning the hedge: what is queued first begins first.
        var mayGoOn = new TaskCompletionSource();
        var passed = new TaskCompletionSource();
        for (int i = ThreadPool.ThreadCount + 20; i > 0; i--)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static gate => gate.Wait(), mayGoOn.Task, preferLocal: false);
        }

        clock.Advance(options.HedgeInitialDelay);
        answer.SetResult([new SearchResult("a-1", 1)]);
        ThreadPool.UnsafeQueueUserWorkItem(static passed => passed.SetResult(), passed, preferLocal: false);
        mayGoOn.SetResult();
        string ids = (await execution).Ids();
        await passed.Task;
        await Task.Delay(50);
        Assert.True(second.Calls == 1 || ids == "a-1", $"{second.Calls} hedges, and the answer is {ids}");
        return second.Calls;
    }

    /// <summary>Throws before it returns anything, the first time.</summary>
    private sealed class OnceThrowing(IBackend inner, Action thrown) : IBackend
    {
        private int _calls;

        public string Name => inner.Name;

        public ValueTask<IReadOnlyList<SearchResult>> SearchAsync(BackendQuery query, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _calls) > 1)
            {
                return inner.SearchAsync(query, cancellationToken);
            }

            thrown();
            throw new InvalidOperationException("broken outright");
        }
    }
}
