using BenchmarkDotNet.Attributes;

namespace HoloLoom.Fast.Benchmarks;

/// <summary>Time per decision through the public API, with four of the five backends available.</summary>
[MemoryDiagnoser]
public class DecisionBenchmarks
{
    private readonly Decision[] _decisions = new Decision[Queries.AsciiCount];
    private Router _router = null!;
    private BackendSet _available;

    // One strategy a process: the just-in-time compiler then sees what it sees in a service, where a router has one.
    [Params("rules", "thompson", "greedy", "uniform")]
    public string Strategy { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _router = TrainedRouter.Create(Strategy);
        _available = _router.SetOf("neo4j", "qdrant", "mem0", "inmemory");
        Queries.Ascii.Verify(Queries.Ascii.Texts.Select(query => _router.Route(query, _available).QueryType));
        Queries.Ascii.Verify(Queries.Ascii.Encoded.Select(query => _router.Route(query, _available).QueryType));
        Batch_Strings();
        Queries.Ascii.Verify(_decisions.Select(static decision => decision.QueryType));
        Array.Clear(_decisions);
        Batch_Utf8();
        Queries.Ascii.Verify(_decisions.Select(static decision => decision.QueryType));
    }

    [GlobalCleanup]
    public void Cleanup() => _router.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Queries.AsciiCount)]
    public int Single_Utf8()
    {
        int sum = 0;
        foreach (byte[] query in Queries.Ascii.Encoded)
        {
            sum += _router.Route(query, _available).Backend;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Queries.AsciiCount)]
    public int Single_Strings()
    {
        int sum = 0;
        foreach (string query in Queries.Ascii.Texts)
        {
            sum += _router.Route(query, _available).Backend;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Queries.AsciiCount)]
    public int Batch_Utf8()
    {
        _router.RouteBatch(Queries.Ascii.Utf8, Queries.Ascii.Offsets, _decisions, _available);
        return _decisions[0].Backend;
    }

    [Benchmark(OperationsPerInvoke = Queries.AsciiCount)]
    public int Batch_Strings()
    {
        _router.RouteBatch(Queries.Ascii.Texts, _decisions, _available);
        return _decisions[0].Backend;
    }
}
