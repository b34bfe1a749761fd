using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using HoloLoom.Fast.Learning;

namespace HoloLoom.Fast.Tests.Learning;

public sealed class BestArmProbabilityTests
{
    private const double Tolerance = 1e-11;

    public static TheoryData<double[], double[], double[]> Published => new()
    {
        { [601, 401, 2], [401, 601, 3], [0.820111, 0, 0.179889] },
        { [1989, 40, 64, 71, 52, 59], [21290, 474, 730, 818, 659, 718], [0.296261, 0.176030, 0.203381, 0.169030, 0.061376, 0.093923] },
    };

    private static Gen<double> Shape => Gen.OneOf(
        Gen.Choose(-3000, 3000).Select(tenths => Math.Pow(10, tenths / 10.0)),
        Gen.Choose(-200, 400).Select(hundredths => Math.Pow(10, hundredths / 100.0)),
        Gen.Elements(1e-300, 1e-16, 0.5, 1, 1, 2, 3, 1e4, 1e5, 1e16, 1e300));

    private static Arbitrary<int> Bits => Gen.Choose(0, int.MaxValue).ToArbitrary();

    private static Arbitrary<Arms> Problems(int most) => Gen.Choose(1, most)
        .SelectMany(count => Shape.ArrayOf(count).Two())
        .Select(shapes => new Arms(shapes.Item1, shapes.Item2)).ToArbitrary();

    [Theory]
    [MemberData(nameof(Published))]
    public void Published_values_are_reproduced(double[] alpha, double[] beta, double[] expected)
    {
        double[] best = Best(alpha, beta);
        for (int arm = 0; arm < expected.Length; arm++)
        {
            Assert.Equal(expected[arm], best[arm], 5e-7);
        }
    }

    [Fact]
    public void Two_arms_with_whole_shapes_agree_with_the_finite_sum()
    {
        int[] shapes = [1, 2, 3, 7, 20, 150, 1000];
        foreach (int a in shapes)
        {
            foreach (int b in shapes)
            {
                foreach (int c in shapes)
                {
                    foreach (int d in shapes)
                    {
                        double[] best = Best([a, c], [b, d]);
                        double expected = SecondIsLarger(a, b, c, d);
                        Assert.Equal(expected, best[1], Tolerance);
                        Assert.Equal(1 - expected, best[0], Tolerance);
                    }
                }
            }
        }
    }

    [Fact]
    public void Powers_of_uniforms_agree_with_their_ratio_at_every_scale()
    {
        // Beta(a, 1) is U^(1/a), so P(Beta(a, 1) > Beta(b, 1)) = a / (a + b), and of many a_i / Σ a.
        double[] shapes = [1e-300, 2e-300, 1e-100, 1e-12, 3e-5, 0.01, 0.04, 0.5, 1, 3, 40, 2e4, 1e8, 3e8, 1e30, 1e300];
        foreach (double a in shapes)
        {
            foreach (double b in shapes)
            {
                Assert.Equal(1 / (1 + b / a), Best([a, b], [1, 1])[0], Tolerance);
                Assert.Equal(1 / (1 + a / b), Best([1, 1], [a, b])[0], Tolerance);
            }
        }

        double[] many = [.. Enumerable.Range(1, 64).Select(static i => 0.05 * i)];
        double[] best = Best(many, [.. many.Select(static _ => 1.0)]);
        for (int arm = 0; arm < many.Length; arm++)
        {
            Assert.Equal(many[arm] / many.Sum(), best[arm], Tolerance);
        }
    }

    [Theory]
    [InlineData(1e-300)]
    [InlineData(1e-9)]
    [InlineData(0.01)]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(1e5)]
    [InlineData(1e18)]
    [InlineData(1e300)]
    public void Equal_arms_share_equally(double shape)
    {
        foreach (int count in (int[])[2, 3, 5, 16, 63, 64])
        {
            foreach (double ratio in (double[])[1, 7, 1e-8])
            {
                double beta = Math.Clamp(shape * ratio, 1e-300, 1e300);
                double[] best = Best([.. Enumerable.Repeat(shape, count)], [.. Enumerable.Repeat(beta, count)]);
                Assert.All(best, one => Assert.Equal(1.0 / count, one, Tolerance));
            }
        }
    }

    [Fact]
    public void Tiny_shapes_are_coins_and_then_compared_by_how_extreme_they_are()
    {
        // The law of the log-odds: E/β with probability α/(α + β), else −E/α.
        foreach ((double a, double b, double c, double d) in ((double, double, double, double)[])
            [(1e-300, 3e-300, 2e-300, 5e-300), (1e-200, 1e-200, 3e-200, 1e-201), (1e-20, 3e-20, 7e-20, 1e-20)])
        {
            double up1 = a / (a + b), up2 = c / (c + d);
            double expected = up1 * (1 - up2) + up1 * up2 * (d / (b + d)) + (1 - up1) * (1 - up2) * (a / (a + c));
            Assert.Equal(expected, Best([a, c], [b, d])[0], Tolerance);
            Assert.Equal(up1, Best([a, 2], [b, 3])[0], Tolerance);
        }
    }

    [Fact]
    public void Shapes_600_orders_apart_take_no_longer_than_others()
    {
        // Their exponentials overflow where the density has long vanished. A range left too wide there took millions of panels.
        double[] best = Best([1e300, 500, 1e15, 0.10761073883977289, 0.10761251488748931], [1e-12, 0.5, 16284, 0.011422, 0.011422]);
        Assert.Equal(1, best[0], Tolerance);
        foreach (double shape in (double[])[1e-300, 1e-150, 1e-12, 0.01, 1, 100])
        {
            best = Best([shape, 1e300, 0.01, 3], [1e300, shape, 0.02, 4]);
            Assert.Equal(1, best[1] + best[2] + best[3], Tolerance);
        }
    }

    [Fact]
    public void Huge_shapes_are_points_ties_shared()
    {
        Assert.Equal([0.0, 0.5, 0.5, 0.0], Best([1e300, 2e299, 2e299, 1], [1e300, 1e299, 1e299, 1e300]), Near);
        Assert.Equal([1.0, 0.0], Best([1e200, 1e200], [1e200, 1.001e200]), Near);

        // Two standard deviations apart, at whatever scale: Φ(2). Powers of 2, so that the shapes hold the difference exactly.
        foreach (int bits in (int[])[30, 44, 60, 80, 94])
        {
            double n = Math.ScaleB(1, bits);
            double s = Math.ScaleB(1, bits / 2);
            Assert.Equal(0.9772498680518208, Best([n + s, n - s], [n - s, n + s])[0], 1 / n + Tolerance);
        }
    }

    [Fact]
    public void Any_shapes_agree_with_the_slow_twin()
    {
        var random = new Random(31);
        for (int i = 0; i < 25; i++)
        {
            int count = random.Next(2, 10);
            double[] alpha = [.. Enumerable.Range(0, count).Select(_ => Math.Pow(10, 4.5 * random.NextDouble() - 0.5))];
            double[] beta = [.. Enumerable.Range(0, count).Select(_ => Math.Pow(10, 4.5 * random.NextDouble() - 0.5))];
            Assert.Equal(BestArmTwin.Compute(alpha, beta), Best(alpha, beta), Near);
        }
    }

    [Fact]
    public void Many_arms_agree_with_the_slow_twin()
    {
        double[] alpha = [.. Enumerable.Range(0, 64).Select(static i => 1 + 3.7 * (i * 29 % 64))];
        double[] beta = [.. Enumerable.Range(0, 64).Select(static i => 1 + 2.3 * (i * 13 % 64))];
        Assert.Equal(BestArmTwin.Compute(alpha, beta), Best(alpha, beta), Near);
    }

    [Property(MaxTest = 2000)]
    public Property Probabilities_are_probabilities_whatever_the_shapes() => Prop.ForAll(Problems(24), static arms =>
    {
        var best = new double[arms.Alpha.Length];
        double total = BestArmProbability.Compute(arms.Alpha, arms.Beta, ulong.MaxValue >> (64 - best.Length), best);
        return best.All(static one => one is >= 0 and <= 1) && Math.Abs(best.Sum() - 1) < 1e-14 * best.Length && Math.Abs(total - 1) < 1e-9;
    });

    [Property(MaxTest = 500)]
    public Property The_order_of_the_arms_does_not_matter() => Prop.ForAll(Problems(12), Bits, static (arms, seed) =>
    {
        int[] order = [.. Enumerable.Range(0, arms.Alpha.Length)];
        new Random(seed).Shuffle(order);
        double[] permuted = Best([.. order.Select(i => arms.Alpha[i])], [.. order.Select(i => arms.Beta[i])]);
        double[] best = Best(arms.Alpha, arms.Beta);
        return order.Select((from, to) => Near.Equals(best[from], permuted[to])).All(static same => same);
    });

    [Property(MaxTest = 500)]
    public Property More_successes_never_hurt() => Prop.ForAll(Problems(12), Gen.Choose(1, 500).ToArbitrary(), static (arms, percent) =>
    {
        double[] better = [.. arms.Alpha];
        better[0] = Math.Min(1e300, better[0] * (1 + percent / 100.0));
        double[] before = Best(arms.Alpha, arms.Beta);
        double[] after = Best(better, arms.Beta);
        return after[0] >= before[0] - Tolerance && Enumerable.Range(1, before.Length - 1).All(i => after[i] <= before[i] + Tolerance);
    });

    [Property(MaxTest = 500)]
    public Property The_larger_of_two_is_the_smaller_of_their_complements() => Prop.ForAll(Problems(2), static arms =>
        arms.Alpha.Length < 2 || Near.Equals(Best(arms.Alpha, arms.Beta)[0], Best(arms.Beta, arms.Alpha)[1]));

    [Property(MaxTest = 500)]
    public Property A_masked_arm_is_as_if_it_were_not_there() => Prop.ForAll(Problems(12), Bits, static (arms, bits) =>
    {
        int count = arms.Alpha.Length;
        ulong mask = Math.Max(1, (ulong)bits & ((1UL << count) - 1));
        int[] taking = [.. Enumerable.Range(0, count).Where(i => (mask >> i & 1) != 0)];
        double[] alone = Best([.. taking.Select(i => arms.Alpha[i])], [.. taking.Select(i => arms.Beta[i])]);
        var best = new double[count];
        BestArmProbability.Compute(arms.Alpha, arms.Beta, mask, best);
        return best.Where((_, i) => !taking.Contains(i)).All(static one => one == 0)
            && taking.Select((arm, i) => best[arm] == alone[i]).All(static same => same);
    });

    [Fact]
    public void Shapes_beyond_the_range_count_as_its_ends()
    {
        Assert.Equal([0.5, 0.5], Best([double.Epsilon, 1e-300], [1, 1]), Near);
        Assert.Equal([0.5, 0.5], Best([double.MaxValue, 1e300], [1, 1]), Near);
    }

    private static EqualityComparerWithin Near { get; } = new(Tolerance);

    private static double[] Best(double[] alpha, double[] beta)
    {
        var best = new double[alpha.Length];
        Array.Fill(best, double.NaN);
        BestArmProbability.Compute(alpha, beta, ulong.MaxValue >> (64 - alpha.Length), best);
        return best;
    }

    // P(Beta(c, d) > Beta(a, b)) = Σ_{i<c} B(a + i, b + d) / ((d + i) B(1 + i, d) B(a, b)), by sums of logarithms of whole numbers.
    private static double SecondIsLarger(int a, int b, int c, int d)
    {
        double sum = 0;
        for (int i = 0; i < c; i++)
        {
            sum += Math.Exp(LogBeta(a + i, b + d) - Math.Log(d + i) - LogBeta(1 + i, d) - LogBeta(a, b));
        }

        return sum;

        static double LogBeta(int x, int y) => s_logFactorial[x - 1] + s_logFactorial[y - 1] - s_logFactorial[x + y - 1];
    }

    private static readonly double[] s_logFactorial = LogFactorials(5000);

    // Summed in decimal, because differences of large logarithms are taken.
    private static double[] LogFactorials(int count)
    {
        var logs = new double[count];
        decimal sum = 0;
        for (int i = 1; i < count; i++)
        {
            sum += (decimal)Math.Log(i);
            logs[i] = (double)sum;
        }

        return logs;
    }

    public sealed record Arms(double[] Alpha, double[] Beta)
    {
        public override string ToString() => $"alpha {string.Join(", ", Alpha)}; beta {string.Join(", ", Beta)}";
    }

    public sealed class EqualityComparerWithin(double tolerance) : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) <= tolerance;

        public int GetHashCode(double value) => 0;
    }
}
