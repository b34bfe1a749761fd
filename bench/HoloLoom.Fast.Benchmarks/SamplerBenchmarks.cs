using BenchmarkDotNet.Attributes;
using HoloLoom.Fast.Sampling;

namespace HoloLoom.Fast.Benchmarks;

/// <summary>Time per draw when many are drawn at once, and per choice among arms, by each width of vectors.</summary>
[MemoryDiagnoser]
public class SamplerBenchmarks
{
    // They fit into the first cache with room to spare.
    private const int Draws = 2048;
    private const int Choices = 256;

    private readonly double[] _draws = new double[Draws];
    private readonly double[][] _rows = new double[BestArm.MaxArms + 1][];
    private SampleStreams _streams = SampleStreams.From(Xoshiro256.FromSeed(1));
    private SamplerKernel _kernel;

    /// <summary>The kernels of this machine by the names that the environment variable takes.</summary>
    public static IEnumerable<string> Kernels { get; } =
        [.. ((string[])["scalar", "v128", "v256", "v512"]).Where(static name => SamplerKernels.Choose(name, out string? problem) >= 0 && problem is null)];

    [ParamsSource(nameof(Kernels))]
    public string Kernel { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _kernel = SamplerKernels.Choose(Kernel, out string? problem);
        if (problem is not null)
        {
            throw new PlatformNotSupportedException(problem);
        }

        // Posteriors after up to some hundred outcomes.
        var random = new Random(1);
        foreach (int arms in (int[])[2, 4, 16, 64])
        {
            int stride = ArmParameters.Stride(arms);
            double[] row = _rows[arms] = new double[ArmParameters.Fields * stride];
            for (int arm = 0; arm < arms; arm++)
            {
                ArmParameters.Set(row, stride, arm, GammaShape.Of(random.Next(1, 400)), GammaShape.Of(random.Next(1, 400)));
            }
        }
    }

    [Benchmark(OperationsPerInvoke = Draws)]
    public void Normal() => Bulk.Normal(_draws, ref _streams, _kernel);

    [Benchmark(OperationsPerInvoke = Draws)]
    public void Gamma_20() => Bulk.Gamma(20, _draws, ref _streams, _kernel);

    [Benchmark(OperationsPerInvoke = Draws)]
    public void Beta_20_5() => Bulk.Beta(20, 5, _draws, ref _streams, _kernel);

    [Benchmark(OperationsPerInvoke = Draws)]
    public void Beta_1_1() => Bulk.Beta(1, 1, _draws, ref _streams, _kernel);

    [Benchmark(OperationsPerInvoke = Draws)]
    public void Beta_Half_Half() => Bulk.Beta(0.5, 0.5, _draws, ref _streams, _kernel);

    [Benchmark(OperationsPerInvoke = Draws)]
    public void Beta_2000_500() => Bulk.Beta(2000, 500, _draws, ref _streams, _kernel);

    [Benchmark(OperationsPerInvoke = Choices)]
    public int Choose_2() => Choose(2);

    [Benchmark(OperationsPerInvoke = Choices)]
    public int Choose_4() => Choose(4);

    [Benchmark(OperationsPerInvoke = Choices)]
    public int Choose_16() => Choose(16);

    [Benchmark(OperationsPerInvoke = Choices)]
    public int Choose_64() => Choose(64);

    private int Choose(int arms)
    {
        double[] row = _rows[arms];
        int stride = ArmParameters.Stride(arms);
        ulong all = ulong.MaxValue >> (BestArm.MaxArms - arms);
        int sum = 0;
        for (int i = 0; i < Choices; i++)
        {
            sum += BestArm.Select(row, stride, arms, all, ref _streams, default, _kernel);
        }

        return sum;
    }
}
