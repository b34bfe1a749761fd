using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using HoloLoom.Fast.Sampling;

namespace HoloLoom.Fast.Tests.Sampling;

/// <summary>Fills: the same on every kernel, of every length, and nowhere but in the span.</summary>
public sealed class BulkTests
{
    private delegate void Fill(Span<double> draws, ref SampleStreams streams, SamplerKernel kernel);

    private static readonly (string Name, Fill Fill)[] s_fills =
    [
        ("normal", Bulk.Normal),
        ("gamma 2.5", static (Span<double> draws, ref SampleStreams streams, SamplerKernel kernel) => Bulk.Gamma(2.5, draws, ref streams, kernel)),
        ("gamma 1", static (Span<double> draws, ref SampleStreams streams, SamplerKernel kernel) => Bulk.Gamma(1, draws, ref streams, kernel)),
        ("gamma 0.1", static (Span<double> draws, ref SampleStreams streams, SamplerKernel kernel) => Bulk.Gamma(0.1, draws, ref streams, kernel)),
        ("beta 20 5", static (Span<double> draws, ref SampleStreams streams, SamplerKernel kernel) => Bulk.Beta(20, 5, draws, ref streams, kernel)),
        ("beta 0.5 3", static (Span<double> draws, ref SampleStreams streams, SamplerKernel kernel) => Bulk.Beta(0.5, 3, draws, ref streams, kernel)),
        ("log odds", static (Span<double> draws, ref SampleStreams streams, SamplerKernel kernel) => Bulk.BetaLogOdds(0.5, 3, draws, ref streams, kernel)),
    ];

    [Fact]
    public void Every_kernel_fills_every_length_with_the_same_bits()
    {
        foreach ((string name, Fill fill) in s_fills)
        {
            for (int length = 0; length <= 256; length++)
            {
                (double[] draws, ulong[] after) = Run(fill, length, (ulong)length, SamplerKernel.Scalar);
                foreach (SamplerKernel kernel in Kernels.All)
                {
                    (double[] others, ulong[] othersAfter) = Run(fill, length, (ulong)length, kernel);
                    Assert.True(draws.SequenceEqual(others) && after.SequenceEqual(othersAfter), $"{name}, {length} draws by {kernel}");
                }
            }
        }
    }

    [SkippableFact]
    public void Nothing_is_written_outside_the_span()
    {
        Skip.IfNot(GuardedMemory.IsSupported, "The guard pages need Linux.");
        using var memory = new GuardedMemory(1);
        Span<double> page = MemoryMarshal.Cast<byte, double>(memory.Span);
        foreach ((_, Fill fill) in s_fills)
        {
            foreach (SamplerKernel kernel in Kernels.All)
            {
                for (int length = 0; length <= 256; length++)
                {
                    page.Fill(-7);
                    var streams = SampleStreams.From(Xoshiro256.FromSeed(1));
                    fill(page[^length..], ref streams, kernel);
                    fill(page[..length], ref streams, kernel);
                    Assert.Equal(page.Length - 2 * length, page[length..^length].Count(-7.0));
                }
            }
        }
    }

    [Property(Arbitrary = [typeof(Shapes)])]
    public void Beta_draws_are_numbers_from_0_to_1_and_the_same_on_every_kernel(Shapes.Shape alpha, Shapes.Shape beta, ulong seed)
    {
        (double[] draws, _) = Run((Span<double> span, ref SampleStreams streams, SamplerKernel kernel) => Bulk.Beta(alpha.Value, beta.Value, span, ref streams, kernel), 100, seed, SamplerKernel.Scalar);
        Assert.All(draws, static draw => Assert.InRange(draw, 0, 1));
        foreach (SamplerKernel kernel in Kernels.All)
        {
            (double[] others, _) = Run((Span<double> span, ref SampleStreams streams, SamplerKernel one) => Bulk.Beta(alpha.Value, beta.Value, span, ref streams, one), 100, seed, kernel);
            Assert.Equal(draws, others);
        }
    }

    [Property(Arbitrary = [typeof(Shapes)])]
    public void Gamma_draws_are_finite_and_not_negative(Shapes.Shape shape, ulong seed)
    {
        foreach (SamplerKernel kernel in Kernels.All)
        {
            (double[] draws, _) = Run((Span<double> span, ref SampleStreams streams, SamplerKernel one) => Bulk.Gamma(shape.Value, span, ref streams, one), 100, seed, kernel);
            Assert.All(draws, static draw => Assert.InRange(draw, 0, double.MaxValue));
        }
    }

    [Fact]
    public void Filling_allocates_nothing()
    {
        var draws = new double[1000];
        var streams = SampleStreams.From(Xoshiro256.FromSeed(1));
        for (int warm = 0; warm < 2; warm++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            foreach ((_, Fill fill) in s_fills)
            {
                fill(draws, ref streams, SamplerKernels.Chosen);
            }

            Assert.True(warm == 0 || GC.GetAllocatedBytesForCurrentThread() == before);
        }
    }

    private static (double[] Draws, ulong[] After) Run(Fill fill, int length, ulong seed, SamplerKernel kernel)
    {
        var streams = SampleStreams.From(Xoshiro256.FromSeed(seed));
        var draws = new double[length];
        fill(draws, ref streams, kernel);
        return (draws, Kernels.Words(streams));
    }
}

/// <summary>Shapes from 1e−300 to 1e300, many about 1.</summary>
public sealed class Shapes
{
    public static Arbitrary<Shape> Any() =>
        Gen.Choose(-3_000_000, 3_000_000).Select(static exponent => new Shape(Math.Pow(10, exponent % 2 == 0 ? exponent / 10_000.0 : exponent / 1_000_000.0))).ToArbitrary();

    public readonly record struct Shape(double Value);
}
