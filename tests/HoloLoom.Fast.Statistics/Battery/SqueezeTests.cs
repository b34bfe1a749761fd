namespace HoloLoom.Fast.Statistics.Battery;

/// <summary>
/// The squeeze never accepts what the exact test rejects: the constant is proved, and it is hardly larger than it has to be.
/// </summary>
public sealed class SqueezeTests
{
    private const double WorstShape = 2.0 / 3;
    private const double Used = 0.02207;

    [Fact]
    public void The_least_constant_is_proved_cell_by_cell()
    {
        // For s ≥ −0.1 the bound A / 27 s⁴ is largest at its left end, and not even half as large.
        Assert.True(Squeeze.Gap(-0.1) / 27e-4 < 0.0102);

        // A falls towards 0 and s⁴ too, so on a cell the numerator is largest at its left end, and the denominator smallest at its right
        // end.
        const int Cells = 1_000_000;
        double largest = 1 / (54 * Math.Pow(1 - 0.9 / Cells, 4));
        for (int i = 1; i < Cells; i++)
        {
            double left = -1 + 0.9 * i / Cells;
            double right = -1 + 0.9 * (i + 1) / Cells;
            double bound = (1 - Math.Exp(-2 * Squeeze.Gap(left))) / (54 * right * right * right * right);
            largest = Math.Max(largest, bound);
        }

        Assert.InRange(largest, 0.0220486, Squeeze.SmallestConstant);
        Assert.True(Squeeze.SmallestConstant < Used);
    }

    [Fact]
    public void Larger_shapes_need_less()
    {
        for (int i = 1; i < 2000; i++)
        {
            double s = -1 + i * 0.003;
            double before = Squeeze.Needed(s, WorstShape);
            for (double d = WorstShape; d < 1e9; d *= 1.3)
            {
                double needed = Squeeze.Needed(s, d);
                Assert.True(needed <= before * (1 + 1e-9));
                before = needed;
            }
        }
    }

    [Fact]
    public void A_constant_of_0_0220_would_accept_wrongly()
    {
        // At shape 1 and x near −2.16. So the constant in use is 0.1 % larger than the least possible.
        double s = LargestNeed(WorstShape);
        Assert.True(Squeeze.Margin(s, WorstShape, 0.0220 / WorstShape) < 0);
        Assert.True(Squeeze.Margin(s, WorstShape, Used / WorstShape) > 0);
    }

    [Fact]
    public void The_samplers_constants_stay_under_the_acceptance_probability_everywhere()
    {
        // A million points: shapes crowd towards 1, the worst, and reach 1e12; x from where the proposal becomes positive to 10 deviations.
        var sampler = new SamplerUnderTest();
        double least = double.PositiveInfinity;
        for (int i = 0; i < 1000; i++)
        {
            double shape = 1 + (i == 0 ? 0 : Math.Pow(10, -12 + 0.024 * i));
            (double d, double c, double squeeze) = sampler.ConstantsOf(shape);
            for (int k = 1; k <= 1000; k++)
            {
                double low = Math.Max(-1, -10 * c);
                double s = low + k * (10 * c - low) / 1001;
                if (Math.Abs(s) > 1e-9)
                {
                    Assert.True(Squeeze.Margin(s, d, squeeze) >= 0, FormattableString.Invariant($"shape {shape}, s {s}"));
                    least = Math.Min(least, squeeze * d - Squeeze.Needed(s, d));
                }
            }
        }

        // The least distance of the constant from what is needed, at shape 1.
        Assert.InRange(least, 2.1e-5, 2.3e-5);
    }

    private static double LargestNeed(double d) =>
        Enumerable.Range(1, 99_999).Select(static i => -1 + i * 1e-5).MaxBy(s => Squeeze.Needed(s, d));
}
