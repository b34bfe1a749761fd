using HoloLoom.Fast.Sampling;

namespace HoloLoom.Fast.Tests.Sampling;

/// <summary>Vectors against the plain arithmetic of one lane, and the functions made of them against the platform's.</summary>
public sealed unsafe class LanesTests
{
    private static readonly double[] s_numbers =
    [
        0, -0.0, 1, -1, 0.5, 2, 1e-300, 1e300, -1e300, double.Epsilon, double.MaxValue, double.PositiveInfinity, double.NegativeInfinity, 3.7, -123.25, 1 - 1e-16,
    ];

    [Fact]
    public void Every_operation_of_128_bits_is_that_of_one_lane() => Compare<Lanes128>();

    [SkippableFact]
    public void Every_operation_of_256_bits_is_that_of_one_lane()
    {
        Skip.IfNot(Kernels.All.Contains(SamplerKernel.Vector256), "This processor has no vectors of 256 bits.");
        Compare<Lanes256>();
    }

    [SkippableFact]
    public void Every_operation_of_512_bits_is_that_of_one_lane()
    {
        Skip.IfNot(Kernels.All.Contains(SamplerKernel.Vector512), "This processor has no vectors of 512 bits.");
        Compare<Lanes512>();
    }

    [Fact]
    public void Each_lane_is_the_stream_of_the_seed_advanced_by_jumps()
    {
        var start = Xoshiro256.FromSeed(42);
        var streams = SampleStreams.From(start);
        Assert.Equal(start.State, streams.Scalar.State);
        var drawn = new double[SampleStreams.LaneCount * 5];
        fixed (double* to = drawn)
        {
            for (int lane = 0; lane < SampleStreams.LaneCount; lane += Lanes128.Count)
            {
                var generator = new XoshiroLanes<Lanes128>(&streams, lane);
                for (int i = 0; i < 5; i++)
                {
                    Lanes128.Store(generator.Next(), to + i * SampleStreams.LaneCount + lane);
                }
            }
        }

        for (int lane = 0; lane < SampleStreams.LaneCount; lane++)
        {
            start.Jump();
            Xoshiro256 one = start;
            for (int i = 0; i < 5; i++)
            {
                Assert.Equal(one.Next(), BitConverter.DoubleToUInt64Bits(drawn[i * SampleStreams.LaneCount + lane]));
            }
        }

        start.Jump();
        Assert.Equal(start.State, streams.Repair.State);
    }

    [Fact]
    public void The_logarithm_is_within_two_units_in_the_last_place()
    {
        var random = new Random(1);
        for (int i = 0; i < 1_000_000; i++)
        {
            double x = i % 2 == 0 ? Math.Exp((random.NextDouble() - 0.5) * 1400) : 1 + (random.NextDouble() - 0.5) * Math.Pow(10, -random.Next(16));
            AssertClose(Math.Log(x), Elementary.Log(x), x);
        }

        Assert.Equal(0, Elementary.Log(1));
    }

    [Fact]
    public void The_exponential_is_within_two_units_in_the_last_place()
    {
        var random = new Random(2);
        for (int i = 0; i < 1_000_000; i++)
        {
            double x = (random.NextDouble() - 0.5) * Math.Pow(10, 3 - random.Next(10));
            AssertClose(Math.Exp(x), Exp(x), x);
        }

        Assert.Equal(1, Exp(0));
        Assert.Equal(0, Exp(-1e308));
        Assert.Equal(0, Exp(double.NegativeInfinity));
        Assert.Equal(double.PositiveInfinity, Exp(1000));
        Assert.InRange(Exp(-745), 4.9e-324, 1.1e-323);
    }

    [Fact]
    public void Sine_and_cosine_are_within_two_units_in_the_last_place()
    {
        for (int i = -500_000; i <= 500_000; i++)
        {
            double w = i / 500_000.0;
            Elementary.SinCos(new ScalarLane(w), out ScalarLane sin, out ScalarLane cos);
            double x = w * (Math.PI / 4);
            AssertClose(Math.Sin(x), sin.ToDouble(), x);
            AssertClose(Math.Cos(x), cos.ToDouble(), x);
        }
    }

    private static double Exp(double x) => Elementary.Exp(new ScalarLane(x)).ToDouble();

    private static void AssertClose(double expected, double actual, double of) =>
        Assert.True(Math.Abs(expected - actual) <= 2 * Math.BitIncrement(Math.Abs(expected)) - 2 * Math.Abs(expected), $"of {of:R}: {expected:R}, {actual:R}");

    private static void Compare<T>()
        where T : unmanaged, ILanes<T>
    {
        var random = new Random(3);
        for (int round = 0; round < 20_000; round++)
        {
            double[] a = Operands(random), b = Operands(random), c = Operands(random);
            Same<T>("+", a, b, static (x, y) => x + y, static (x, y) => x + y);
            Same<T>("-", a, b, static (x, y) => x - y, static (x, y) => x - y);
            Same<T>("*", a, b, static (x, y) => x * y, static (x, y) => x * y);
            Same<T>("/", a, b, static (x, y) => x / y, static (x, y) => x / y);
            Same<T>("&", a, b, static (x, y) => x & y, static (x, y) => x & y);
            Same<T>("|", a, b, static (x, y) => x | y, static (x, y) => x | y);
            Same<T>("^", a, b, static (x, y) => x ^ y, static (x, y) => x ^ y);
            Same<T>("shift left", a, b, static (x, _) => T.ShiftLeft(x, 17), static (x, _) => ScalarLane.ShiftLeft(x, 17));
            Same<T>("shift right", a, b, static (x, _) => T.ShiftRight(x, 12), static (x, _) => ScalarLane.ShiftRight(x, 12));
            Same<T>("rotate", a, b, static (x, _) => T.RotateLeft(x, 45), static (x, _) => ScalarLane.RotateLeft(x, 45));
            Same<T>("add bits", a, b, static (x, y) => T.AddBits(x, y), static (x, y) => ScalarLane.AddBits(x, y));
            Same<T>("sqrt", a, b, static (x, _) => T.Sqrt(x), static (x, _) => ScalarLane.Sqrt(x));
            Same<T>("less", a, b, static (x, y) => T.Less(x, y), static (x, y) => ScalarLane.Less(x, y));
            Same<T>("equal", a, b, static (x, y) => T.Equal(x, y), static (x, y) => ScalarLane.Equal(x, y));
            Same<T>("select", a, b, static (x, y) => T.Select(T.Less(x, y), x, y), static (x, y) => ScalarLane.Select(ScalarLane.Less(x, y), x, y));
            if (!c.Concat(a).Any(double.IsNaN))
            {
                Same<T>("max", a, c, static (x, y) => T.Max(x, y), static (x, y) => ScalarLane.Max(x, y));
            }
        }

        for (uint bits = 0; bits < 1u << T.Count; bits++)
        {
            Assert.Equal(bits, T.SignBits(T.MaskOf(bits)));
            Assert.Equal(bits, T.SignBits(T.Less(T.Select(T.MaskOf(bits), T.All(-1), T.All(1)), T.All(0))));
        }
    }

    private static double[] Operands(Random random) =>
        [.. Enumerable.Range(0, 8).Select(_ => random.Next(3) == 0 ? s_numbers[random.Next(s_numbers.Length)] : BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)))];

    private static void Same<T>(string name, double[] a, double[] b, Func<T, T, T> vector, Func<ScalarLane, ScalarLane, ScalarLane> scalar)
        where T : unmanaged, ILanes<T>
    {
        var result = new double[8];
        fixed (double* x = a, y = b, to = result)
        {
            T.Store(vector(T.Load(x), T.Load(y)), to);
            for (int lane = 0; lane < T.Count; lane++)
            {
                double expected = scalar(new ScalarLane(a[lane]), new ScalarLane(b[lane])).ToDouble();

                // Which NaN an operation on NaN gives is left open, and no draw has any; of equal zeros max may give either.
                bool equal = BitConverter.DoubleToUInt64Bits(expected) == BitConverter.DoubleToUInt64Bits(result[lane])
                    || (double.IsNaN(expected) && double.IsNaN(result[lane]))
                    || (name == "max" && expected == result[lane]);
                Assert.True(equal, $"{a[lane]:R} {name} {b[lane]:R}: {expected:R}, {result[lane]:R}");
            }
        }
    }
}
