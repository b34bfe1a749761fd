using System.Numerics;
using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Sampling;

/// <summary>xoshiro256++ 1.0 (Blackman and Vigna, ACM TOMS 47(4), 2021, doi:10.1145/3460772): period 2^256 − 1.</summary>
/// <remarks>Streams of different lanes are 2^192 steps apart, which a proof, not chance, keeps disjoint.</remarks>
internal struct Xoshiro256
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    public Xoshiro256(ulong s0, ulong s1, ulong s2, ulong s3)
    {
        _s0 = s0;
        _s1 = s1;
        _s2 = s2;
        _s3 = s3;
    }

    /// <summary>The four words of the state.</summary>
    public readonly (ulong S0, ulong S1, ulong S2, ulong S3) State => (_s0, _s1, _s2, _s3);

    /// <summary>The stream of a seed: four words of SplitMix64, as the authors recommend. Never the all-zero state.</summary>
    public static Xoshiro256 FromSeed(ulong seed)
    {
        var mix = new SplitMix64(seed);
        return new Xoshiro256(mix.Next(), mix.Next(), mix.Next(), mix.Next());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Next()
    {
        ulong result = BitOperations.RotateLeft(_s0 + _s3, 23) + _s0;
        ulong t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Uniform on the odd multiples of 2^−53: never 0, never 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double NextOpenDouble() => ToOpenDouble(Next());

    /// <summary>Unbiased on 0..bound−1, by multiplication with rejection (Lemire, ACM TOMACS 29(1), 2019).</summary>
    /// <param name="bound">Above 0.</param>
    public uint NextBelow(uint bound)
    {
        ulong product = (Next() >> 32) * bound;
        if ((uint)product < bound)
        {
            uint threshold = (0u - bound) % bound;
            while ((uint)product < threshold)
            {
                product = (Next() >> 32) * bound;
            }
        }

        return (uint)(product >> 32);
    }

    /// <summary>Advances by 2^128 steps.</summary>
    public void Jump() => Advance(0x180EC6D33CFD0ABA, 0xD5A61266F0C9392C, 0xA9582618E03FC9AA, 0x39ABDC4529B1661C);

    /// <summary>Advances by 2^192 steps.</summary>
    public void LongJump() => Advance(0x76E15D3EFEFDCBBF, 0xC5004E441C522FB3, 0x77710069854EE241, 0x39109BB02ACBE635);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static double ToOpenDouble(ulong bits) =>
        Uniform.Open(ScalarLane.AllBits(bits)).ToDouble();

    // The state 2^n steps ahead is a polynomial in the step matrix; its coefficients are the bits of the four words.
    private void Advance(ulong p0, ulong p1, ulong p2, ulong p3)
    {
        ulong s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        foreach (ulong word in (ReadOnlySpan<ulong>)[p0, p1, p2, p3])
        {
            for (int bit = 0; bit < 64; bit++)
            {
                if ((word >> bit & 1) != 0)
                {
                    s0 ^= _s0;
                    s1 ^= _s1;
                    s2 ^= _s2;
                    s3 ^= _s3;
                }

                Next();
            }
        }

        (_s0, _s1, _s2, _s3) = (s0, s1, s2, s3);
    }
}
