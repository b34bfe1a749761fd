using BenchmarkDotNet.Attributes;

namespace HoloLoom.Fast.Benchmarks;

/// <summary>Time per decision and per outcome through the public API, with four of the five backends available.</summary>
[MemoryDiagnoser]
public class DecisionBenchmarks
{
    private readonly Decision[] _decisions = new Decision[Queries.AsciiCount];
    private readonly DecisionId[] _ids = new DecisionId[1 << 16];
    private Router _rules = null!;
    private Router _thompson = null!;
    private Router _greedy = null!;
    private Router _uniform = null!;
    private Router _recording = null!;
    private BackendSet _available;

    [GlobalSetup]
    public void Setup()
    {
        _rules = new Router(new RouterOptions { Strategy = "rules", Seed = 1 });
        _thompson = Warm("thompson");
        _greedy = Warm("greedy");
        _uniform = Warm("uniform");
        _recording = Warm("uniform");
        _available = _rules.SetOf("neo4j", "qdrant", "mem0", "inmemory");
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (Router router in (Router[])[_rules, _thompson, _greedy, _uniform, _recording])
        {
            router.Dispose();
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Queries.AsciiCount)]
    public int Rules()
    {
        int sum = 0;
        foreach (byte[] query in Queries.Ascii.Encoded)
        {
            sum += _rules.Route(query, _available).Backend;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Queries.AsciiCount)]
    public int Rules_Utf16()
    {
        int sum = 0;
        foreach (string query in Queries.Ascii.Texts)
        {
            sum += _rules.Route(query, _available).Backend;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Queries.AsciiCount)]
    public int Rules_Batch_Utf8()
    {
        _rules.RouteBatch(Queries.Ascii.Utf8, Queries.Ascii.Offsets, _decisions, _available);
        return _decisions[0].Backend;
    }

    [Benchmark(OperationsPerInvoke = Queries.AsciiCount)]
    public int Rules_Batch_Strings()
    {
        _rules.RouteBatch(Queries.Ascii.Texts, _decisions, _available);
        return _decisions[0].Backend;
    }

    [Benchmark(OperationsPerInvoke = Queries.AsciiCount)]
    public int Thompson()
    {
        int sum = 0;
        foreach (byte[] query in Queries.Ascii.Encoded)
        {
            sum += _thompson.Route(query, _available).Backend;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Queries.AsciiCount)]
    public int Thompson_Batch_Utf8()
    {
        _thompson.RouteBatch(Queries.Ascii.Utf8, Queries.Ascii.Offsets, _decisions, _available);
        return _decisions[0].Backend;
    }

    [Benchmark(OperationsPerInvoke = Queries.AsciiCount)]
    public int Greedy()
    {
        int sum = 0;
        foreach (byte[] query in Queries.Ascii.Encoded)
        {
            sum += _greedy.Route(query, _available).Backend;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Queries.AsciiCount)]
    public int Uniform()
    {
        int sum = 0;
        foreach (byte[] query in Queries.Ascii.Encoded)
        {
            sum += _uniform.Route(query, _available).Backend;
        }

        return sum;
    }

    [IterationSetup(Target = nameof(Record))]
    public void FreshIds()
    {
        for (int i = 0; i < _ids.Length; i++)
        {
            _ids[i] = _recording.Route(Queries.Ascii.Texts[i % Queries.AsciiCount]).Id;
        }
    }

    [Benchmark(OperationsPerInvoke = 1 << 16)]
    public int Record()
    {
        int accepted = 0;
        foreach (DecisionId id in _ids)
        {
            accepted += _recording.Record(id, new Outcome(0.9, 35)) == RecordResult.Accepted ? 1 : 0;
        }

        return accepted == _ids.Length ? accepted : throw new InvalidOperationException("A fresh id was not accepted.");
    }

    private static Router Warm(string strategy)
    {
        // Posteriors as they are after some use: ten thousand outcomes, backends of different worth.
        var router = new Router(new RouterOptions { Strategy = strategy, Seed = 1 });
        var random = new Random(1);
        for (int i = 0; i < 10_000; i++)
        {
            Decision decision = router.Route(Queries.Ascii.Texts[i % Queries.AsciiCount]);
            router.Record(decision.Id, new Outcome(random.NextDouble() < 0.5 + 0.08 * decision.Backend ? 1 : 0, 20));
        }

        return router;
    }
}
