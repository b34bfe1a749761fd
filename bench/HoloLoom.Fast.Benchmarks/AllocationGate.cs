using System.Text.Json;
using HoloLoom.Fast.Execution;
using HoloLoom.Fast.Profiling;

namespace HoloLoom.Fast.Benchmarks;

/// <summary>Fails when an operation of the hot path allocates more than its budget, which is 0 bytes for all of them.</summary>
internal static class AllocationGate
{
    private const int Operations = 100_000;

    public static int Run()
    {
        if (!SeesAllocations())
        {
            Console.Error.WriteLine("An allocation of known size was not seen, so nothing measured here could be trusted.");
            return 1;
        }

        Dictionary<string, long> budget = JsonSerializer.Deserialize<Dictionary<string, long>>(
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "allocation-budget.json")))!;
        Dictionary<string, Action> operations = HotPath();
        bool withinBudget = budget.Keys.Order().SequenceEqual(operations.Keys.Order());
        if (!withinBudget)
        {
            Console.Error.WriteLine("The budget and the measured operations differ; every operation needs a budget.");
        }

        foreach ((string name, Action operation) in operations)
        {
            Repeat(operation);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Repeat(operation);
            long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            long allowed = budget.GetValueOrDefault(name) * Operations;
            Console.WriteLine($"{(bytes <= allowed ? "ok  " : "FAIL")} {name}: {bytes} bytes in {Operations} operations, allowed {allowed}");
            withinBudget &= bytes <= allowed;
        }

        return withinBudget ? 0 : 1;
    }

    private static bool SeesAllocations()
    {
        object? kept = null;
        long before = GC.GetAllocatedBytesForCurrentThread();
        Repeat(() => kept = new byte[100]);
        GC.KeepAlive(kept);
        return GC.GetAllocatedBytesForCurrentThread() - before >= 100L * Operations;
    }

    private static Dictionary<string, Action> HotPath()
    {
        var operations = new Dictionary<string, Action>();
        byte[] utf8 = Queries.Ascii.Encoded[0];
        byte[] other = Queries.Other.Encoded[0];
        foreach (string strategy in (string[])["rules", "thompson", "greedy", "uniform"])
        {
            var router = new Router(new RouterOptions { Strategy = strategy, Seed = 1 });
            var decisions = new Decision[16];
            operations[$"Route {strategy} UTF-8"] = () => router.Route(utf8, BackendSet.All);
            operations[$"Route {strategy} UTF-16"] = () => router.Route("who wrote this");
            operations[$"Route {strategy} non-ASCII"] = () => router.Route(other, BackendSet.All);
            operations[$"RouteBatch {strategy} UTF-8"] = () => router.RouteBatch(Queries.Ascii.Utf8, Queries.Ascii.Offsets.AsSpan(0, 17), decisions, BackendSet.All);
            operations[$"RouteBatch {strategy} strings"] = () => router.RouteBatch(Queries.Ascii.Texts.AsSpan(0, 16), decisions, BackendSet.All);
        }

        // The ledger is warm once it holds all the blocks that it ever will.
        var recording = new Router(new RouterOptions { Seed = 1, DuplicateWindow = 1 << 16, HalfLife = TimeSpan.FromHours(1) });
        for (int i = 0; i < 1 << 20; i++)
        {
            recording.Record(recording.Route("who").Id, new Outcome(0.9, 35));
        }

        operations["Route and Record with a half-life"] = () => recording.Record(recording.Route("who").Id, new Outcome(0.9, 35) { Cost = 1, Feedback = 0.5 });
        var experiment = new Router(new RouterOptions
        {
            Seed = 1,
            DuplicateWindow = 1 << 16,
            Experiment = new ExperimentOptions
            {
                Name = "gate",
                Holdout = 0.1,
                Variants = [new("a"), new("b") { Strategy = "rules" }, new("c") { Strategy = "uniform", Weight = 2 }, new("d") { Weight = 3 }],
            },
        });
        for (int i = 0; i < 1 << 20; i++)
        {
            experiment.Record(experiment.Route("who").Id, new Outcome(0.9, 35));
        }

        string longUnit = new('u', 10_000);
        operations["Route and Record in an experiment"] = () => experiment.Record(experiment.Route("who").Id, new Outcome(0.9, 35));
        operations["Route by unit UTF-8"] = () => experiment.Route(utf8, BackendSet.All, "user-000123"u8);
        operations["Route by unit UTF-16"] = () => experiment.Route("who", BackendSet.All, "user-000123");
        operations["Route by a long unit UTF-16"] = () => experiment.Route("who", BackendSet.All, longUnit);
        DecisionId recorded = recording.Route("who").Id;
        operations["Record duplicate"] = () => recording.Record(recorded, new Outcome(0.9, 35));
        operations["Record unknown"] = () => recording.Record(default, new Outcome(0.9, 35));
        var expression = new Router(new RouterOptions
        {
            QueryTypes = [new QueryTypeOptions("orders", "qdrant", [Classification.QueryPattern.Regex(@"\border\s+#?\d+\b")])],
        });
        operations["Route by expression UTF-8"] = () => expression.Route("where is order #4711"u8, BackendSet.All);
        AddExecution(operations);
        return operations;
    }

    private static void AddExecution(Dictionary<string, Action> operations)
    {
        var router = new Router(new RouterOptions { Seed = 1, DuplicateWindow = 1 << 16 });
        Orchestrator plain = ImmediateBackend.Orchestrate(router, new OrchestratorOptions());
        Orchestrator selecting = ImmediateBackend.Orchestrate(router, new OrchestratorOptions { Selector = new PatternSelectorOptions { FeedForwardAbove = 0 } });
        Orchestrator profiled = ImmediateBackend.Orchestrate(router, new OrchestratorOptions { Profiler = new Profiler() });
        Orchestrator cached = ImmediateBackend.Orchestrate(router, new OrchestratorOptions { Cache = new ResultCacheOptions() });
        var feedForward = new ExecutionRequest("who wrote this") { Pattern = ExecutionPatterns.FeedForward };

        // What it takes to fill the ledger, as for recording.
        for (int i = 0; i < 1 << 20; i++)
        {
            ImmediateBackend.Execute(plain, feedForward);
        }

        operations["Execute feed-forward"] = () => ImmediateBackend.Execute(plain, feedForward);
        operations["Execute with the pattern selected"] = () => ImmediateBackend.Execute(selecting, new ExecutionRequest("who wrote this"));
        operations["Execute feed-forward profiled"] = () => ImmediateBackend.Execute(profiled, feedForward);
        operations["Execute recursive, one pass"] = () => ImmediateBackend.Execute(plain, feedForward with { Pattern = ExecutionPatterns.Recursive });
        ExecutionRequest scoped = feedForward with { Scope = "tenant 17" };
        cached.ExecuteAsync(scoped).AsTask().GetAwaiter().GetResult();
        operations["Execute from the result cache"] = () => ImmediateBackend.Execute(cached, scoped);
        DecisionId amended = ImmediateBackend.Execute(plain, feedForward).Decision.Id;
        operations["Feedback duplicate"] = () => plain.Feedback(amended, 0.5);
        var classifier = new CachedClassifier(new Classification.RegexClassifier(Classification.BuiltInPatterns.ByType));
        operations["Classify from the classification cache"] = () => classifier.Classify("who wrote this");
        var profiler = new Profiler();
        operations["ProfileRouting"] = () => profiler.ProfileRouting().Dispose();
    }

    private static void Repeat(Action operation)
    {
        for (int i = 0; i < Operations; i++)
        {
            operation();
        }
    }
}
