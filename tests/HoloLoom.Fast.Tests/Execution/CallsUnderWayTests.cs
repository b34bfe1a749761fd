using HoloLoom.Fast.Execution;
using static HoloLoom.Fast.Tests.Execution.ScriptedBackend;

namespace HoloLoom.Fast.Tests.Execution;

/// <summary>Calls that are under way when another fails, and calls whose backends make much of being cancelled.</summary>
public sealed class CallsUnderWayTests
{
    [Theory]
    [InlineData(20, false)]
    [InlineData(20, true)]
    [InlineData(1, false)]
    public async Task Of_calls_that_are_under_way_successes_count_as_failures_do(int oneFailsOf, bool isTouchy)
    {
        const int Calls = 200;
        var gates = new List<TaskCompletionSource<IReadOnlyList<SearchResult>>>();
        var a = new ScriptedBackend("a", (_, _) =>
        {
            var gate = new TaskCompletionSource<IReadOnlyList<SearchResult>>();
            gates.Add(gate);
            return new(gate.Task);
        });

        // Opened when half of ten calls or more fail; if touchy, when one in a hundred does.
        OrchestratorOptions options = Setup.Unhurried with
        {
            Resilience = Setup.Unhurried.Resilience with { MinimumThroughput = 10, FailureRatio = isTouchy ? 0.01 : 0.5, MaxConcurrency = Calls },
        };
        Orchestrator orchestrator = Setup.Over(options, a, Scoring("b", 1));
        Task[] running = [.. Enumerable.Range(1, Calls).Select(_ => orchestrator.RunAsync(ExecutionPatterns.FeedForward).AsTask())];
        for (int i = 0; i < Calls; i++)
        {
            if (i % oneFailsOf == 0)
            {
                gates[i].SetException(new IOException("reset"));
            }
            else
            {
                gates[i].SetResult([new SearchResult("a-1", 1)]);
            }

            // One after the other, so that it is known what the breaker has seen.
            await running[i].WaitAsync(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(oneFailsOf == 1 || isTouchy ? BackendSet.Of(0) : BackendSet.None, orchestrator.OpenCircuits);
    }

    [Theory]
    [InlineData(ExecutionPatterns.FeedForward)]
    [InlineData(ExecutionPatterns.Parallel)]
    [InlineData(ExecutionPatterns.Hedged)]
    public async Task A_backend_that_takes_long_over_being_cancelled_keeps_nobody_waiting(string pattern)
    {
        using var gate = new ManualResetEventSlim();
        var cancelled = new CountdownEvent(2);
        var a = new ScriptedBackend("a", async (_, token) =>
        {
            token.Register(() =>
            {
                cancelled.Signal();
                gate.Wait(CancellationToken.None);
            });
            await Task.Delay(Timeout.Infinite, token);
            return [];
        });
        OrchestratorOptions options = Setup.Unhurried with
        {
            HedgeInitialDelay = TimeSpan.FromMilliseconds(10),
            Resilience = Setup.Plain with { Timeout = pattern == ExecutionPatterns.Hedged ? TimeSpan.FromMinutes(1) : TimeSpan.FromMilliseconds(20) },
        };
        Orchestrator orchestrator = Setup.Over(options, a, Scoring("b", 1));
        try
        {
            // First outside of the pipeline, then, as a failure was seen, in it.
            for (int i = 0; i < 2; i++)
            {
                Assert.Equal("b-1", (await orchestrator.RunAsync(pattern).AsTask().WaitAsync(TimeSpan.FromMinutes(1))).Ids());
                orchestrator.Guard(0).Watch();
            }

            Assert.True(cancelled.Wait(TimeSpan.FromMinutes(1)));
        }
        finally
        {
            gate.Set();
        }

        await Setup.Eventually(() => a.Running == 0);
    }
}
