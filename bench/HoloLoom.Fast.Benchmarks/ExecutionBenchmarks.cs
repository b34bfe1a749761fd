using BenchmarkDotNet.Attributes;
using HoloLoom.Fast.Execution;
using HoloLoom.Fast.Profiling;

namespace HoloLoom.Fast.Benchmarks;

/// <summary>Time per execution over backends that answer at once, decided by Thompson sampling, with every outcome recorded.</summary>
[MemoryDiagnoser]
public class ExecutionBenchmarks
{
    private const string Query = "who wrote the paper on attention";

    private static readonly ExecutionRequest s_feedForward = new(Query) { Pattern = ExecutionPatterns.FeedForward };

    private Orchestrator _plain = null!;
    private Orchestrator _selecting = null!;
    private Orchestrator _profiled = null!;
    private Orchestrator _cached = null!;
    private Profiler _profiler = null!;

    [GlobalSetup]
    public async Task Setup()
    {
        Router router = TrainedRouter.Create("thompson");
        _plain = ImmediateBackend.Orchestrate(router, new OrchestratorOptions());
        _selecting = ImmediateBackend.Orchestrate(router, new OrchestratorOptions { Selector = new PatternSelectorOptions { FeedForwardAbove = 0 } });
        _profiled = ImmediateBackend.Orchestrate(router, new OrchestratorOptions { Profiler = new Profiler() });
        _cached = ImmediateBackend.Orchestrate(router, new OrchestratorOptions { Cache = new ResultCacheOptions() });
        _profiler = new Profiler();
        await _cached.ExecuteAsync(s_feedForward with { Scope = "tenant 17" });
        if (Selected().Pattern != ExecutionPatterns.FeedForward || !CacheHit().FromCache || Parallel().Answered.Count != 4)
        {
            throw new InvalidOperationException("What would be timed is not what the names say.");
        }
    }

    [Benchmark(Baseline = true)]
    public ExecutionResult FeedForward() => ImmediateBackend.Execute(_plain, s_feedForward);

    [Benchmark]
    public ExecutionResult Selected() => ImmediateBackend.Execute(_selecting, new ExecutionRequest(Query));

    [Benchmark]
    public ExecutionResult FeedForward_Profiled() => ImmediateBackend.Execute(_profiled, s_feedForward);

    [Benchmark]
    public ExecutionResult Recursive() => ImmediateBackend.Execute(_plain, s_feedForward with { Pattern = ExecutionPatterns.Recursive });

    [Benchmark]
    public ExecutionResult StrangeLoop() => ImmediateBackend.Execute(_plain, s_feedForward with { Pattern = ExecutionPatterns.StrangeLoop });

    [Benchmark]
    public ExecutionResult Chain() => ImmediateBackend.Execute(_plain, s_feedForward with { Pattern = ExecutionPatterns.Chain });

    [Benchmark]
    public ExecutionResult Parallel() => ImmediateBackend.Execute(_plain, s_feedForward with { Pattern = ExecutionPatterns.Parallel });

    [Benchmark]
    public ExecutionResult Hedged() => ImmediateBackend.Execute(_plain, s_feedForward with { Pattern = ExecutionPatterns.Hedged });

    [Benchmark]
    public ExecutionResult CacheHit() => ImmediateBackend.Execute(_cached, s_feedForward with { Scope = "tenant 17" });

    [Benchmark]
    public void ProfileRouting() => _profiler.ProfileRouting().Dispose();
}
