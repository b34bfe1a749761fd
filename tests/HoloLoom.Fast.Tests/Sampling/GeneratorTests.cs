using HoloLoom.Fast.Sampling;

namespace HoloLoom.Fast.Tests.Sampling;

/// <summary>The generators against published reference values: the authors' code (prng.di.unimi.it) and independent implementations.</summary>
public sealed class GeneratorTests
{
    [Fact]
    public void SplitMix64_gives_the_reference_words()
    {
        var mix = new SplitMix64(1234567);
        Assert.Equal(
            [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821],
            Enumerable.Range(0, 5).Select(_ => mix.Next()).ToArray());
    }

    [Fact]
    public void Xoshiro256_gives_the_reference_words_from_state_1_2_3_4()
    {
        var generator = new Xoshiro256(1, 2, 3, 4);
        Assert.Equal(
            [41943041, 58720359, 3588806011781223, 3591011842654386, 9228616714210784205, 9973669472204895162, 14011001112246962877,
             12406186145184390807, 15849039046786891736, 10450023813501588000],
            Enumerable.Range(0, 10).Select(_ => generator.Next()).ToArray());
    }

    [Fact]
    public void A_seed_fills_the_state_by_SplitMix64()
    {
        var generator = Xoshiro256.FromSeed(42);
        Assert.Equal(
            [0xd0764d4f4476689f, 0x519e4174576f3791, 0xfbe07cfb0c24ed8c, 0xb37d9f600cd835b8],
            Enumerable.Range(0, 4).Select(_ => generator.Next()).ToArray());
    }

    [Fact]
    public void Jumps_land_where_the_reference_lands()
    {
        var jumped = Xoshiro256.FromSeed(42);
        jumped.Jump();
        Assert.Equal(0xc0b6f4be293b1ae5, jumped.Next());
        Assert.Equal(0x5db3dd9683e7bb33UL, jumped.Next());

        var far = Xoshiro256.FromSeed(42);
        far.LongJump();
        Assert.Equal(0x02019a87bfc0bb07UL, far.Next());
        Assert.Equal(0x25bee49209717963UL, far.Next());

        var one = new Xoshiro256(0, 0, 0, 1);
        one.Jump();
        Assert.Equal(0x88f9a31afdb439f5, one.Next());
        Assert.Equal(0x38134a20dfa1a232UL, one.Next());
    }

    [Fact]
    public void The_millionth_word_is_the_reference_word()
    {
        var generator = Xoshiro256.FromSeed(42);
        ulong last = 0;
        for (int i = 0; i < 1_000_000; i++)
        {
            last = generator.Next();
        }

        Assert.Equal(0x38d26b526dd02d0fUL, last);
    }

    [Fact]
    public void Uniform_draws_are_never_0_and_never_1()
    {
        Assert.Equal(Math.ScaleB(1, -53), Xoshiro256.ToOpenDouble(0));
        Assert.Equal(1 - Math.ScaleB(1, -53), Xoshiro256.ToOpenDouble(ulong.MaxValue));
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(3u)]
    [InlineData(64u)]
    [InlineData(3_000_000_000u)]
    public void Bounded_draws_stay_below_the_bound(uint bound)
    {
        var generator = Xoshiro256.FromSeed(bound);
        for (int i = 0; i < 10_000; i++)
        {
            Assert.True(generator.NextBelow(bound) < bound);
        }
    }
}
