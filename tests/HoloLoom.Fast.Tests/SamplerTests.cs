namespace HoloLoom.Fast.Tests;

public sealed class SamplerTests
{
    [Fact]
    public void The_same_seed_gives_the_same_draws_and_another_seed_others()
    {
        Assert.Equal(Draw(7), Draw(7));
        Assert.NotEqual(Draw(7), Draw(8));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_shape_that_is_no_finite_number_above_0_is_refused(double shape)
    {
        var sampler = new Sampler(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => sampler.FillGamma(shape, new double[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => sampler.FillBeta(shape, 1, new double[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => sampler.FillBeta(1, shape, new double[1]));
    }

    // The standard error of a mean of 100,000 draws is below 0.006 in each case; the bounds are five times that.
    [Fact]
    public void Draws_have_the_means_of_their_laws()
    {
        const double Bound = 0.03;
        var sampler = new Sampler(11);
        var draws = new double[100_000];
        sampler.FillUniform(draws);
        Assert.Equal(0.5, draws.Average(), Bound);
        sampler.FillNormal(draws);
        Assert.Equal(0, draws.Average(), Bound);
        Assert.Equal(1, draws.Average(static x => x * x), Bound);
        sampler.FillGamma(2.5, draws);
        Assert.Equal(2.5, draws.Average(), Bound);
        sampler.FillGamma(0.3, draws);
        Assert.Equal(0.3, draws.Average(), Bound);
        sampler.FillBeta(2, 6, draws);
        Assert.Equal(0.25, draws.Average(), Bound);
        Assert.All(draws, static x => Assert.InRange(x, 0, 1));
    }

    private static double[] Draw(ulong seed)
    {
        var draws = new double[64];
        new Sampler(seed).FillBeta(0.5, 3, draws);
        return draws;
    }
}
