using BenchmarkDotNet.Attributes;

namespace HoloLoom.Fast.Benchmarks;

/// <summary>
/// Time per computation of exact best-arm probabilities: all backends compete, with posteriors of some hundred outcomes or hardly any.
/// </summary>
[MemoryDiagnoser]
public class BestProbabilityBenchmarks
{
    private readonly double[] _probabilities = new double[BackendSet.MaxBackends];
    private Router _router = null!;

    [Params(2, 4, 16, 64)]
    public int Backends { get; set; }

    /// <summary>The largest alpha and beta; the smallest is 1.</summary>
    [Params(4, 400)]
    public int Evidence { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        string[] names = [.. Enumerable.Range(0, Backends).Select(static i => $"b{i}")];
        PriorCell[] cells = [.. names.Select(name => new PriorCell("q", name, Shape(), Shape()))];
        _router = new Router(new RouterOptions
        {
            Backends = names,
            QueryTypes = [new QueryTypeOptions("q", "b0", [])],
            Prior = new PriorOptions { Cells = cells },
        });

        double Shape() => 1 + Evidence * random.NextDouble();
    }

    [GlobalCleanup]
    public void Cleanup() => _router.Dispose();

    [Benchmark]
    public double Compute()
    {
        _router.BestProbabilities(0, BackendSet.All, _probabilities);
        return _probabilities[0];
    }
}
