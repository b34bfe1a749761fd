using System.Collections.Concurrent;
using HoloLoom.Fast.Execution;

namespace HoloLoom.Fast.Tests.Execution;

/// <summary>A backend hangs, throws or dies in the middle of a load of 10,000 queries, and comes back.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class FaultTests
{
    private const int Load = 10_000;
    private const int Clients = 32;

    [Theory]
    [InlineData("hangs")]
    [InlineData("hangs and ignores its token")]
    [InlineData("throws")]
    [InlineData("throws later")]
    [InlineData("dies")]
    public async Task Nobody_sees_it_nothing_leaks_and_learning_leaves_and_returns(string fault)
    {
        var sick = new TaskCompletionSource<IReadOnlyList<SearchResult>>();
        ScriptedBackend best = Healthy("best", 0.95), other = Healthy("other", 0.75);
        using var router = new Router(new RouterOptions
        {
            Backends = ["best", "other"],
            QueryTypes = [new QueryTypeOptions("any", "best", [])],
            Fallback = ["best", "other"],
            Seed = 11,
            Reward = new RewardOptions.Weighted { RelevanceWeight = 1, SuccessWeight = 0, LatencyWeight = 0 },

            // So that what was learned of the sick time is outlived by what is learned afterwards, within the test.
            HalfLife = TimeSpan.FromSeconds(1),
        });
        var touchy = new ResilienceOptions
        {
            Timeout = TimeSpan.FromMilliseconds(100),
            Retries = 0,
            MinimumThroughput = 5,
            SamplingDuration = TimeSpan.FromSeconds(2),
            BreakDuration = TimeSpan.FromMilliseconds(500),
            MaxConcurrency = 64,
        };
        var options = new OrchestratorOptions
        {
            Deadline = TimeSpan.FromSeconds(40),

            // The other one can answer, however busy the machine is that runs the tests.
            ResilienceOf = new Dictionary<string, ResilienceOptions>
            {
                ["best"] = touchy,
                ["other"] = touchy with { Timeout = TimeSpan.FromSeconds(15), MinimumThroughput = 1000 },
            },
        };
        var orchestrator = new Orchestrator(router, [best, other], options);
        await RunLoad(orchestrator, Load / 10);
        long before = GC.GetTotalMemory(forceFullCollection: true);

        double[] latencies = await RunLoad(orchestrator, Load, at =>
        {
            if (at == Load / 4)
            {
                best.Script = Sick(fault, sick.Task);
            }
        });
        Assert.Equal(Load, latencies.Length);
        double p99 = latencies.Order().ElementAt(Load * 99 / 100);
        Assert.True(p99 < options.Deadline.TotalMilliseconds, $"p99 is {p99} ms");

        // Away from it: of what is routed now, next to nothing goes there, by the circuit and by what was learned.
        ExecutionResult[] away = await Results(orchestrator, 200);
        Assert.True(away.Count(static result => result.Answered.Contains(1)) >= 195);

        // Back to it.
        best.Script = Healthy("best", 0.95).Script;
        sick.TrySetException(new IOException("it was dead all the time"));
        bool isBack = false;
        for (int i = 0; i < 200 && !isBack; i++)
        {
            await Task.Delay(100);
            isBack = (await Results(orchestrator, 100)).Count(static result => result.Decision.Backend == 0) > 60;
        }

        Assert.True(isBack, "learning did not return to the better backend");
        Assert.Equal(BackendSet.None, orchestrator.OpenCircuits);
        await Setup.Eventually(() => best.Running == 0 && other.Running == 0);
        Assert.Equal((0, 0), (orchestrator.Guard(0).UnderWay, orchestrator.Guard(1).UnderWay));
        best.Forget();
        other.Forget();
        long grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < 8 << 20, $"{grown / 1024} KB more than before the load");
    }

    private static async Task<double[]> RunLoad(Orchestrator orchestrator, int queries, Action<int>? before = null)
    {
        var latencies = new ConcurrentBag<double>();
        int next = 0;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var at && at <= queries)
            {
                before?.Invoke(at);

                // Any error ends the test: another backend can always answer.
                ExecutionResult result = await orchestrator.ExecuteAsync(new ExecutionRequest($"query {at}")
                {
                    Pattern = (at % 3) switch { 0 => ExecutionPatterns.FeedForward, 1 => ExecutionPatterns.Hedged, _ => ExecutionPatterns.Recursive },
                });
                Assert.Single(result.Results);
                latencies.Add(result.ElapsedMs);
            }
        })));
        return [.. latencies];
    }

    private static async Task<ExecutionResult[]> Results(Orchestrator orchestrator, int queries)
    {
        var results = new ExecutionResult[queries];
        for (int i = 0; i < queries; i++)
        {
            results[i] = await orchestrator.RunAsync(ExecutionPatterns.FeedForward);
        }

        return results;
    }

    private static ScriptedBackend Healthy(string name, double score) => new(name, async (_, _) =>
    {
        await Task.Yield();
        return [new SearchResult("answer", score)];
    });

    private static Func<BackendQuery, CancellationToken, ValueTask<IReadOnlyList<SearchResult>>> Sick(string fault, Task<IReadOnlyList<SearchResult>> never) => fault switch
    {
        "hangs" => ScriptedBackend.Hanging("best").Script,
        "hangs and ignores its token" => (_, _) => new(never),
        "throws" => static (_, _) => throw new InvalidOperationException("broken"),
        "throws later" => static async (_, _) =>
        {
            await Task.Yield();
            throw new IOException("broken later");
        }
        ,

        // What a client sees of a server that is gone.
        _ => static async (_, token) =>
        {
            using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
            await socket.ConnectAsync("127.0.0.1", 1, token);
            return [];
        }
        ,
    };
}
