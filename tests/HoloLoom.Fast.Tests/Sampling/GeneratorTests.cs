using HoloLoom.Fast.Sampling;

namespace HoloLoom.Fast.Tests.Sampling;

/// <summary>
/// The generators against published reference values: the authors' code (prng.di.unimi.it) and independent implementations.
/// </summary>
public sealed class GeneratorTests
{
    [Fact]
    public void SplitMix64_gives_the_reference_words()
    {
        var mix = new SplitMix64(1234567);
        Assert.Equal(
            [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821],
            Enumerable.Range(0, 5).Select(_ => mix.Next()).ToArray());

        var fromZero = new SplitMix64(0);
        Assert.Equal(
            [0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f, 0xf88bb8a8724c81ec],
            Enumerable.Range(0, 4).Select(_ => fromZero.Next()).ToArray());
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
        Assert.Equal(0x08d177efba75b08eUL, jumped.Next());

        var far = Xoshiro256.FromSeed(42);
        far.LongJump();
        Assert.Equal(0x02019a87bfc0bb07UL, far.Next());
        Assert.Equal(0x25bee49209717963UL, far.Next());

        var one = new Xoshiro256(0, 0, 0, 1);
        Assert.Equal(
            [0x0000000000800000UL, 0x0000000000800011, 0x0002200000800011],
            Enumerable.Range(0, 3).Select(_ => one.Next()).ToArray());

        one = new Xoshiro256(0, 0, 0, 1);
        one.Jump();
        Assert.Equal(0x88f9a31afdb439f5, one.Next());
        Assert.Equal(0x38134a20dfa1a232UL, one.Next());
    }

    [Fact]
    public void Jumps_are_2_to_the_128_and_2_to_the_192_steps()
    {
        // A step is linear over two elements, so a matrix of 256 × 256 bits; squared n times it is 2^n steps. Row i is the image of bit i.
        var matrix = new ulong[256][];
        for (int bit = 0; bit < 256; bit++)
        {
            var state = new ulong[4];
            state[bit / 64] = 1UL << bit % 64;
            matrix[bit] = Step(state);
        }

        for (int squared = 1; squared <= 192; squared++)
        {
            matrix = [.. matrix.Select(row => Image(row, matrix))];
            if (squared is 128 or 192)
            {
                ulong[] state = [0x0123456789abcdef, 0xfedcba9876543210, 42, 0x8000000000000001];
                var jumped = new Xoshiro256(state[0], state[1], state[2], state[3]);
                if (squared == 128)
                {
                    jumped.Jump();
                }
                else
                {
                    jumped.LongJump();
                }

                state = Image(state, matrix);
                var expected = new Xoshiro256(state[0], state[1], state[2], state[3]);
                for (int i = 0; i < 8; i++)
                {
                    Assert.Equal(expected.Next(), jumped.Next());
                }
            }
        }

        static ulong[] Step(ulong[] s)
        {
            ulong s2 = s[2] ^ s[0];
            ulong s3 = s[3] ^ s[1];
            return [s[0] ^ s3, s[1] ^ s2, s2 ^ s[1] << 17, s3 << 45 | s3 >> 19];
        }

        static ulong[] Image(ulong[] state, ulong[][] matrix)
        {
            var image = new ulong[4];
            for (int bit = 0; bit < 256; bit++)
            {
                if ((state[bit / 64] >> bit % 64 & 1) != 0)
                {
                    for (int word = 0; word < 4; word++)
                    {
                        image[word] ^= matrix[bit][word];
                    }
                }
            }

            return image;
        }
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
