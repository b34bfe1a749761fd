using System.Collections.Concurrent;
using HoloLoom.Fast.Execution;
using HoloLoom.Fast.Experiments;
using HoloLoom.Fast.Tests.Execution;

namespace HoloLoom.Fast.Tests.Experiments;

/// <summary>Executions count for their variant whichever router of a line they end at.</summary>
public sealed class ExperimentSuccessionTests
{
    [Fact]
    public async Task Executions_that_end_after_the_hand_over_count_at_the_successor()
    {
        var first = new Router(Options("one", "two"));
        var gate = new TaskCompletionSource();
        ScriptedBackend slow = ScriptedBackend.Scoring("a", 0.9);
        slow.Script = async (_, _) =>
        {
            await gate.Task;
            return [new SearchResult("x", 0.9)];
        };
        Orchestrator old = Over(first, slow);
        Task<ExecutionResult>[] underWay = [.. Enumerable.Range(0, 20).Select(i => old.ExecuteAsync($"query {i}").AsTask())];
        using Router second = first.Succeed(Options("one", "two"));
        gate.SetResult();
        await Task.WhenAll(underWay);
        for (int i = 0; i < 20; i++)
        {
            await old.ExecuteAsync($"late {i}");
        }

        slow.Script = static (_, _) => throw new InvalidOperationException("broken");
        for (int i = 0; i < 20; i++)
        {
            await Assert.ThrowsAsync<ExecutionException>(async () => await old.ExecuteAsync($"failing {i}"));
        }

        first.Dispose();
        var report = ExperimentReport.Of(second);
        Assert.Equal(60, report.Variants.Sum(static row => row.Exposures));
        Assert.All(report.Variants, static row => Assert.Equal(row.Exposures, row.Outcomes));
        Assert.Equal(40, report.Variants.Sum(static row => row.SuccessRate * row.Outcomes), 9);
    }

    [Fact]
    public async Task Variants_are_followed_by_name_past_a_router_that_has_no_experiment()
    {
        var first = new Router(Options("one", "two"));
        Orchestrator old = Over(first, ScriptedBackend.Scoring("a", 0.9));
        var without = first.Succeed(Options("one", "two") with { Experiment = null });
        using Router last = without.Succeed(Options("new", "two", "one"));
        var decided = new Dictionary<string, long> { ["new"] = 0, ["one"] = 0, ["two"] = 0 };
        for (int i = 0; i < 100; i++)
        {
            decided[first.Variants[(await old.ExecuteAsync($"query {i}")).Decision.Variant]]++;
        }

        Assert.All(ExperimentReport.Of(last).Variants, row => Assert.Equal(decided[row.Name], row.Outcomes));

        // Another experiment's are not this one's, whatever their names.
        RouterOptions other = Options("one", "two");
        using Router another = last.Succeed(other with { Experiment = other.Experiment! with { Name = "another" } });
        await old.ExecuteAsync("anything");
        Assert.All(ExperimentReport.Of(another).Variants, static row => Assert.Equal(0, row.Outcomes));
        without.Dispose();
        first.Dispose();
    }

    [Fact]
    public async Task Executions_that_race_with_successions_count_exactly_once()
    {
        const int Threads = 4;
        const int PerThread = 5000;
        ScriptedBackend backend = ScriptedBackend.Scoring("a", 0.9);
        Orchestrator current = Over(new Router(Options("one", "two")), backend);
        var all = new ConcurrentBag<Router> { current.Router };
        using var start = new Barrier(Threads + 1);
        int done = 0;
        Task[] running = [.. Enumerable.Range(0, Threads).Select(index => Task.Factory.StartNew(
            () =>
            {
                // One of the threads never notices that there are successors.
                Orchestrator first = current;
                start.SignalAndWait();
                for (int i = 0; i < PerThread; i++)
                {
                    Orchestrator orchestrator = index == 0 ? first : Volatile.Read(ref current);
                    ValueTask<ExecutionResult> execution = orchestrator.ExecuteAsync("anything");
                    Assert.True(execution.IsCompletedSuccessfully);
                    _ = execution.Result;
                    Interlocked.Increment(ref done);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default))];
        start.SignalAndWait();

        // Spread over the executions, however fast they are.
        for (int i = 1; i <= 40; i++)
        {
            SpinWait.SpinUntil(() => Volatile.Read(ref done) >= i * (Threads * PerThread / 50) || running.Any(static task => task.IsFaulted));
            Router next = current.Router.Succeed(Options("one", "two"));
            all.Add(next);
            Volatile.Write(ref current, Over(next, backend));
        }

        await Task.WhenAll(running);
        foreach (Router router in all.Where(router => router != current.Router))
        {
            router.Dispose();
        }

        var report = ExperimentReport.Of(current.Router);
        current.Router.Dispose();
        Assert.Equal(Threads * PerThread, report.Variants.Sum(static row => row.Exposures));
        Assert.All(report.Variants, static row => Assert.Equal(row.Exposures, row.Outcomes));
    }

    private static Orchestrator Over(Router router, ScriptedBackend backend) => new(router, [backend], Setup.Unhurried);

    private static RouterOptions Options(params string[] variants) => new()
    {
        Backends = ["a"],
        QueryTypes = [new QueryTypeOptions("any", "a", [])],
        Seed = 7,
        Experiment = new ExperimentOptions
        {
            Name = "line",
            Variants = [.. variants.Select(static name => new VariantOptions(name) { Strategy = "rules" })],
        },
    };
}
