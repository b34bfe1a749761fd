using HoloLoom.Fast.Execution;

namespace HoloLoom.Fast.Tests.Execution;

/// <summary>Routers and orchestrators over scripted backends a, b, c …: every query is of one type and prefers the first.</summary>
internal static class Setup
{
    /// <summary>Policies that do not wait: no retries, and a circuit that stays closed unless a test opens it.</summary>
    public static ResilienceOptions Plain { get; } = new() { Retries = 0, MinimumThroughput = 1000 };

    /// <summary>Nothing is given up, asked a second time or hedged within the time of a test, however busy the machine.</summary>
    public static OrchestratorOptions Unhurried { get; } = new()
    {
        HedgeInitialDelay = TimeSpan.FromMinutes(1),
        Deadline = TimeSpan.FromMinutes(2),
        Resilience = Plain with { Timeout = TimeSpan.FromMinutes(1) },
    };

    /// <summary>Unhurried, and a score weighs so much that the strange loop follows it.</summary>
    public static OrchestratorOptions Patient { get; } = Unhurried with { EvidenceShare = 100 };

    public static Router Router(IEnumerable<string> names, string strategy = "rules", TimeProvider? clock = null)
    {
        string[] backends = [.. names];
        return new Router(new RouterOptions
        {
            Backends = backends,
            QueryTypes = [new QueryTypeOptions("any", backends[0], [])],
            Fallback = backends,
            Strategy = strategy,
            Seed = 7,
            TimeProvider = clock ?? TimeProvider.System,
        });
    }

    public static Orchestrator Over(OrchestratorOptions options, params ScriptedBackend[] backends) =>
        new(Router(backends.Select(static backend => backend.Name)), backends, options);

    public static Orchestrator Over(params ScriptedBackend[] backends) => Over(Unhurried, backends);

    public static ValueTask<ExecutionResult> RunAsync(this Orchestrator orchestrator, string pattern, CancellationToken token = default) =>
        orchestrator.ExecuteAsync(new ExecutionRequest("anything") { Pattern = pattern }, token);

    /// <summary>The names of a set.</summary>
    public static string Names(this Orchestrator orchestrator, BackendSet set) =>
        string.Join(",", orchestrator.Router.Backends.Where((_, index) => set.Contains(index)));

    public static string Ids(this ExecutionResult result) => string.Join(",", result.Results.Select(static one => one.Id));

    /// <summary>Waits for what must become true; the test fails if it does not within half a minute.</summary>
    public static async Task Eventually(Func<bool> condition)
    {
        for (int i = 0; i < 3000 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(condition());
    }
}
