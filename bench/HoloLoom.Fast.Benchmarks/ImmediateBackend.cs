using HoloLoom.Fast.Execution;

namespace HoloLoom.Fast.Benchmarks;

/// <summary>A backend that answers at once, with the same three results: what an execution takes is then the orchestrator's own.</summary>
internal sealed class ImmediateBackend(string name) : IBackend
{
    private readonly SearchResult[] _results = [new($"{name}-1", 0.9), new($"{name}-2", 0.8), new($"{name}-3", 0.85)];

    public string Name => name;

    /// <summary>An orchestrator over the first four backends of a router.</summary>
    public static Orchestrator Orchestrate(Router router, OrchestratorOptions options) =>
        new(router, [.. router.Backends.Take(4).Select(static name => new ImmediateBackend(name))], options);

    /// <summary>Executes over such backends: without waiting.</summary>
    public static ExecutionResult Execute(Orchestrator orchestrator, in ExecutionRequest request)
    {
        ValueTask<ExecutionResult> running = orchestrator.ExecuteAsync(request);
        return running.IsCompletedSuccessfully
            ? running.Result
            : throw new InvalidOperationException("An execution over backends that answer at once has waited.");
    }

    public ValueTask<IReadOnlyList<SearchResult>> SearchAsync(BackendQuery query, CancellationToken cancellationToken) => new(_results);
}
