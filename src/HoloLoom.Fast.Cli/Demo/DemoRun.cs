using HoloLoom.Fast.Execution;
using HoloLoom.Fast.Profiling;

namespace HoloLoom.Fast.Cli.Demo;

/// <summary>One interval of the stream.</summary>
internal sealed record DemoWindow(int Queries, double Regret, double HitRate, double P95Ms);

/// <summary>Runs the stream of questions through an orchestrator that learns, and keeps what is shown.</summary>
internal sealed class DemoRun : IDisposable
{
    public const int Windows = 16;

    private readonly DemoWorld _world = new();
    private readonly DemoBackends _backends;
    private readonly double[,] _worth;

    public DemoRun(ulong seed)
    {
        _backends = new DemoBackends(_world);
        string[] names = [.. _backends.All.Select(static backend => backend.Name)];

        // The rules are naive, as rules are at first: everything goes to full text search. What is best where is to be learned.
        Router = new Router(new RouterOptions
        {
            Backends = names,
            QueryTypes = [.. RouterOptions.DefaultQueryTypes.Select(static type => type with { Backend = "fulltext" })],
            Fallback = names,
            Seed = seed,
        });
        Profiler = new Profiler();
        Orchestrator = new Orchestrator(Router, _backends.All, new OrchestratorOptions
        {
            Relevance = (query, answer) => Relevance(query, answer.Results),
            Cache = new ResultCacheOptions(),
            Profiler = Profiler,
        });
        _worth = MeasureWorth();
    }

    public Router Router { get; }

    public Orchestrator Orchestrator { get; }

    public Profiler Profiler { get; }

    public List<DemoWindow> Done { get; } = [];

    public void Dispose()
    {
        Router.Dispose();
        _backends.Dispose();
    }

    /// <summary>How often the backend answers a type's questions well, 0..1: known beforehand, to tell regret by.</summary>
    public double Worth(int queryType, int backend) => _worth[queryType, backend];

    /// <summary>Runs the next interval.</summary>
    public async Task<DemoWindow> StepAsync(IEnumerable<string> queries, CancellationToken token)
    {
        double regret = 0;
        int routed = 0, count = 0;
        foreach (string query in queries)
        {
            ExecutionResult result = await Orchestrator.ExecuteAsync(new ExecutionRequest(query) { Pattern = ExecutionPatterns.FeedForward }, token);
            count++;
            if (!result.FromCache)
            {
                routed++;
                regret += Best(result.Decision.QueryType) - Worth(result.Decision.QueryType, result.Decision.Backend);
            }
        }

        ProfileSnapshot snapshot = Profiler.TakeSnapshot();
        var window = new DemoWindow(
            count, routed == 0 ? 0 : regret / routed, snapshot.CacheHitRate ?? 0, snapshot.Patterns.Select(static row => row.P95Ms).DefaultIfEmpty().Max());
        Done.Add(window);
        return window;
    }

    public IEnumerable<string> Stream(int queries, ulong seed) => _world.Stream(queries, (int)seed);

    private double Best(int queryType) => Enumerable.Range(0, Router.Backends.Count).Max(backend => Worth(queryType, backend));

    private double Relevance(string query, IReadOnlyList<SearchResult> results)
    {
        // One over the rank of the document that answers the question.
        string answer = _world.Answers[query.TrimEnd()];
        for (int rank = 0; rank < results.Count; rank++)
        {
            if (results[rank].Id == answer)
            {
                return 1.0 / (rank + 1);
            }
        }

        return 0;
    }

    private double[,] MeasureWorth()
    {
        var worth = new double[Router.QueryTypes.Count, Router.Backends.Count];
        var asked = new int[Router.QueryTypes.Count];
        foreach (string query in _world.Answers.Keys)
        {
            int type = Router.Classify(query).QueryType;
            asked[type]++;
            for (int backend = 0; backend < _backends.All.Count; backend++)
            {
                IReadOnlyList<SearchResult> results = _backends.All[backend]
                    .SearchAsync(new BackendQuery(query, ExecutionRequest.DefaultLimit, []), default).AsTask().GetAwaiter().GetResult();
                worth[type, backend] += Relevance(query, results) > 0.7 ? 1 : 0;
            }
        }

        for (int type = 0; type < asked.Length; type++)
        {
            for (int backend = 0; backend < _backends.All.Count; backend++)
            {
                worth[type, backend] /= Math.Max(1, asked[type]);
            }
        }

        return worth;
    }
}
