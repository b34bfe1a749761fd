namespace HoloLoom.Fast.Statistics.Battery;

/// <summary>
/// The squeeze never accepts what the exact test rejects: the constant is proved, and it is the least there is.
/// </summary>
public sealed class SqueezeTests
{
    private const double WorstShape = 2.0 / 3;

    [Fact]
    public void The_exponent_keeps_to_its_bound()
    {
        // A(s) ≤ s⁴ / 4 / min(1 + s, 1), on a million points from the pole at −1 to where the cube is a million, crowded about 0.
        for (int i = 1; i < 500_000; i++)
        {
            double below = -Math.Pow(1e-9, 1 - i / 500_000.0), above = Math.Pow(10, -9 + i * 11 / 500_000.0);
            Assert.True(Squeeze.Gap(below) <= Math.Pow(below, 4) / 4 / (1 + below), FormattableString.Invariant($"s {below}"));
            Assert.True(Squeeze.Gap(above) <= Math.Pow(above, 4) / 4, FormattableString.Invariant($"s {above}"));
        }
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

    [Theory]
    [InlineData(WorstShape)]
    [InlineData(5)]
    [InlineData(1e6)]
    public void A_constant_of_0_00925_would_accept_wrongly(double d)
    {
        // A thousandth less than 1/108, at small s.
        Assert.True(Squeeze.Margin(1e-4 / d, d, 0.00925 / d) < 0);
        Assert.True(Squeeze.Margin(1e-4 / d, d, Squeeze.SmallestConstant / d) > 0);
    }

    [Fact]
    public void The_samplers_constants_stay_under_the_acceptance_probability_everywhere()
    {
        // A million points: shapes crowd towards 1 and reach 1e12; x from where the proposal becomes positive to 10 deviations.
        var sampler = new SamplerUnderTest();
        for (int i = 0; i < 1000; i++)
        {
            double shape = 1 + (i == 0 ? 0 : Math.Pow(10, -12 + 0.024 * i));
            (double d, double c, double squeeze) = sampler.ConstantsOf(shape);
            Assert.InRange(squeeze * d / Squeeze.SmallestConstant - 1, 5e-13, 2e-12);
            for (int k = 1; k <= 1000; k++)
            {
                double low = Math.Max(-1, -10 * c);
                double s = low + k * (10 * c - low) / 1001;
                if (Math.Abs(s) > 1e-9)
                {
                    Assert.True(Squeeze.Margin(s, d, squeeze) >= 0, FormattableString.Invariant($"shape {shape}, s {s}"));
                }
            }
        }
    }
}
