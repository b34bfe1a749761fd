using HoloLoom.Fast.Sampling;

namespace HoloLoom.Fast.Tests.Sampling;

/// <summary>Every kernel chooses the same, and what it chooses is among the available.</summary>
public sealed class BestArmTests
{
    // Of a million choices by the scalar kernel. A change of it breaks every recorded run: it is to be made on purpose, and said so.
    private const ulong GoldenHash = 0x498B25CA8474996D;

    private static readonly double[] s_shapes = [1e-300, 1e-9, 0.01, 0.3, 0.999, 1, 1.5, 2, 20, 3000, 1e8, 1e16, 1e100, 1e300];

    [Fact]
    public void A_million_choices_are_the_golden_ones_on_every_kernel()
    {
        foreach (SamplerKernel kernel in Kernels.All)
        {
            Assert.Equal((kernel, $"{GoldenHash:X16}"), (kernel, $"{Golden(kernel):X16}"));
        }
    }

    [Fact]
    public void Every_kernel_draws_the_same_bits_for_every_number_of_arms_and_every_mask()
    {
        var random = new Random(31);
        for (int arms = 1; arms <= 64; arms++)
        {
            for (int round = 0; round < 12; round++)
            {
                (double[] alpha, double[] beta) = Problem(random, arms, round % 3);
                ulong all = ulong.MaxValue >> (64 - arms);
                ulong available = round % 4 == 0 ? all : (ulong)random.NextInt64() * 3 & all;
                available = available == 0 ? 1UL << random.Next(arms) : available;
                (int[] chosen, double[] draws, SampleStreams after) = Kernels.Select(alpha, beta, available, (ulong)round, 50, SamplerKernel.Scalar);
                Assert.All(chosen, arm => Assert.NotEqual(0UL, available >> arm & 1));
                foreach (SamplerKernel kernel in Kernels.All)
                {
                    (int[] otherChosen, double[] otherDraws, SampleStreams otherAfter) = Kernels.Select(alpha, beta, available, (ulong)round, 50, kernel);
                    Assert.Equal(chosen, otherChosen);
                    Assert.Equal(draws, otherDraws);
                    Assert.Equal(Kernels.Words(after), Kernels.Words(otherAfter));
                }
            }
        }
    }

    [Fact]
    public void Draws_are_numbers_from_0_to_1_whatever_the_shapes()
    {
        foreach (double first in s_shapes)
        {
            foreach (double second in s_shapes)
            {
                double[] alpha = [first, second, first, 1, second], beta = [second, first, 1, first, second];
                foreach (SamplerKernel kernel in Kernels.All)
                {
                    (int[] chosen, double[] draws, _) = Kernels.Select(alpha, beta, 0b11111, 5, 200, kernel);
                    Assert.All(draws, draw => Assert.InRange(draw, 0, 1));
                    Assert.All(chosen, arm => Assert.InRange(arm, 0, 4));
                }
            }
        }
    }

    [Theory]
    [InlineData(1e300, 1e300)]
    [InlineData(1e40, 1e40)]
    [InlineData(1e300, 1e-300)]
    [InlineData(1e-300, 1e300)]
    public void Equal_arms_are_chosen_equally_often_where_draws_are_equal(double alpha, double beta)
    {
        foreach (int arms in (int[])[2, 5, 64])
        {
            double[] alphas = [.. Enumerable.Repeat(alpha, arms)], betas = [.. Enumerable.Repeat(beta, arms)];
            (int[] chosen, _, _) = Kernels.Select(alphas, betas, ulong.MaxValue >> (64 - arms), 8, 12_800, SamplerKernels.Chosen);

            // A multinomial cell beyond 6.5 deviations: once in 10^10.
            double expected = 12_800.0 / arms;
            Assert.All(Enumerable.Range(0, arms), arm => Assert.InRange(chosen.Count(one => one == arm), expected - 6.5 * Math.Sqrt(expected), expected + 6.5 * Math.Sqrt(expected)));
        }
    }

    [Fact]
    public void Of_tiny_shapes_the_arm_is_a_coin()
    {
        // Beta(a, b) tends to 1 with probability a / (a + b), else to 0: against a fair coin of middling shapes, 3/4 of the draws win.
        double[] alpha = [3e-250, 50], beta = [1e-250, 50];
        (int[] chosen, _, _) = Kernels.Select(alpha, beta, 0b11, 9, 40_000, SamplerKernels.Chosen);
        Assert.InRange(chosen.Count(static arm => arm == 0), 30_000 - 6 * 87, 30_000 + 6 * 87);
    }

    [Fact]
    public void Masked_arms_are_not_repaired_and_eight_of_them_not_drawn()
    {
        // Of shape 1 one in seven pairs is looked at closer; the available one, of a huge shape, never is.
        double[] alpha = [.. Enumerable.Repeat(1.0, 15), 1e20], beta = alpha;
        foreach (SamplerKernel kernel in Kernels.All)
        {
            SampleStreams before = SampleStreams.From(Xoshiro256.FromSeed(3));
            SampleStreams after = Kernels.Select(alpha, beta, 0x8000, 3, 100, kernel).After;
            Assert.Equal(before.Repair.State, after.Repair.State);
            for (int lane = 0; lane < SampleStreams.LaneCount; lane++)
            {
                Xoshiro256 expected = Lane(before, lane);
                for (int i = 0; i < 4 * 100; i++)
                {
                    expected.Next();
                }

                Assert.Equal(expected.State, Lane(after, lane).State);
            }
        }
    }

    [Fact]
    public void Rows_that_do_not_fit_are_refused()
    {
        double[] row = Kernels.Row([1, 1], [1, 1]);
        var streams = SampleStreams.From(Xoshiro256.FromSeed(1));
        Assert.Throws<ArgumentException>(() => BestArm.Select(row, 8, 2, 0, ref streams, default, SamplerKernel.Scalar));
        Assert.Throws<ArgumentException>(() => BestArm.Select(row, 8, 2, 0b100, ref streams, default, SamplerKernel.Scalar));
        Assert.Throws<ArgumentException>(() => BestArm.Select(row, 16, 2, 0b11, ref streams, default, SamplerKernel.Scalar));
        Assert.Throws<ArgumentException>(() => BestArm.Select(row, 8, 9, 0b11, ref streams, default, SamplerKernel.Scalar));
    }

    private static Xoshiro256 Lane(SampleStreams streams, int lane)
    {
        unsafe
        {
            return new Xoshiro256(
                streams.Lanes[lane],
                streams.Lanes[SampleStreams.LaneCount + lane],
                streams.Lanes[2 * SampleStreams.LaneCount + lane],
                streams.Lanes[3 * SampleStreams.LaneCount + lane]);
        }
    }

    private static ulong Golden(SamplerKernel kernel)
    {
        ulong hash = 14695981039346656037;
        foreach (int arms in (int[])[2, 3, 4, 5, 8, 16, 33, 64])
        {
            double[] alpha = [.. Enumerable.Range(0, arms).Select(static arm => arm % 5 == 4 ? 0.25 + arm / 8.0 : 1 + arm * 7 % 11)];
            double[] beta = [.. Enumerable.Range(0, arms).Select(static arm => 1 + arm * 3 % 7 / 2.0)];
            (int[] chosen, _, _) = Kernels.Select(alpha, beta, ulong.MaxValue >> (64 - arms), 42, 125_000, kernel);
            foreach (int arm in chosen)
            {
                hash = (hash ^ (uint)arm) * 1099511628211;
            }
        }

        return hash;
    }

    private static (double[] Alpha, double[] Beta) Problem(Random random, int arms, int kind)
    {
        double Shape() => kind switch
        {
            0 => 1 + random.Next(300),
            1 => Math.Exp((random.NextDouble() - 0.5) * 12),
            _ => s_shapes[random.Next(s_shapes.Length)],
        };
        return ([.. Enumerable.Range(0, arms).Select(_ => Shape())], [.. Enumerable.Range(0, arms).Select(_ => Shape())]);
    }
}
