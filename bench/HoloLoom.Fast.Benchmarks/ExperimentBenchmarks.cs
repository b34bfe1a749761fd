using BenchmarkDotNet.Attributes;

namespace HoloLoom.Fast.Benchmarks;

/// <summary>What an experiment adds to a decision: the same strategy alone, in both variants at random, and in both variants by unit.</summary>
[MemoryDiagnoser]
public class ExperimentBenchmarks
{
    private readonly byte[][] _units = [.. Enumerable.Range(0, Queries.AsciiCount).Select(static i => System.Text.Encoding.UTF8.GetBytes($"user-{i:d6}"))];
    private readonly string[] _texts = [.. Enumerable.Range(0, Queries.AsciiCount).Select(static i => $"user-{i:d6}")];
    private Router _alone = null!;
    private Router _experiment = null!;

    [Params("rules", "thompson")]
    public string Strategy { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _alone = TrainedRouter.Create(Strategy);
        _experiment = TrainedRouter.Create(Strategy, AB(Strategy));
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _alone.Dispose();
        _experiment.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Queries.AsciiCount)]
    public int Without()
    {
        int sum = 0;
        foreach (byte[] query in Queries.Ascii.Encoded)
        {
            sum += _alone.Route(query, BackendSet.All).Backend;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Queries.AsciiCount)]
    public int Random()
    {
        int sum = 0;
        foreach (byte[] query in Queries.Ascii.Encoded)
        {
            sum += _experiment.Route(query, BackendSet.All).Backend;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Queries.AsciiCount)]
    public int Sticky()
    {
        int sum = 0;
        byte[][] queries = Queries.Ascii.Encoded;
        for (int i = 0; i < queries.Length; i++)
        {
            sum += _experiment.Route(queries[i], BackendSet.All, _units[i]).Backend;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Queries.AsciiCount)]
    public int StickyInUtf16()
    {
        int sum = 0;
        string[] queries = Queries.Ascii.Texts;
        for (int i = 0; i < queries.Length; i++)
        {
            sum += _experiment.Route(queries[i], BackendSet.All, _texts[i]).Backend;
        }

        return sum;
    }

    internal static ExperimentOptions AB(string strategy) => new()
    {
        Name = "benchmark",
        SharePosteriors = true,
        Variants = [new("a") { Strategy = strategy }, new("b") { Strategy = strategy }],
    };
}
