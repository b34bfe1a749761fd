using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace HoloLoom.Fast.Internals;

/// <summary>SipHash-1-3 (Aumasson and Bernstein, INDOCRYPT 2012): a keyed 64-bit hash that cannot be forged cheaply without the key.</summary>
/// <remarks>One compression and three finishing rounds, the variant that hash tables use: there is no known attack on it that a 64-bit tag could feel.</remarks>
internal static class SipHash13
{
    /// <summary>The hash of a message of any length.</summary>
    /// <remarks>Not inlined: what its rounds would add to a caller can be more than a compiler takes, and then each becomes a call.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ulong Hash(ReadOnlySpan<byte> message, ulong k0, ulong k1)
    {
        Start(k0, k1, out ulong v0, out ulong v1, out ulong v2, out ulong v3);
        ulong length = (ulong)message.Length << 56;
        ulong tail = Tail(message);
        while (message.Length >= sizeof(ulong))
        {
            Absorb(BinaryPrimitives.ReadUInt64LittleEndian(message), ref v0, ref v1, ref v2, ref v3);
            message = message[sizeof(ulong)..];
        }

        return Finish(length | tail, v0, v1, v2, v3);
    }

    // What whole words leave over, by reads that overlap and not byte by byte: the number of bytes is nothing that a processor can guess.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Tail(ReadOnlySpan<byte> message)
    {
        int left = message.Length & (sizeof(ulong) - 1);
        if (message.Length >= sizeof(ulong))
        {
            // The last eight bytes, without those that are not left over: in two steps, because no shift is by all 64 bits.
            return BinaryPrimitives.ReadUInt64LittleEndian(message[^sizeof(ulong)..]) >> (56 - 8 * left) >> 8;
        }

        if (left >= sizeof(uint))
        {
            return BinaryPrimitives.ReadUInt32LittleEndian(message)
                | (ulong)BinaryPrimitives.ReadUInt32LittleEndian(message[^sizeof(uint)..]) << (8 * (left - sizeof(uint)));
        }

        // The first, the middle and the last of up to three.
        return left == 0 ? 0 : message[0] | (ulong)message[left >> 1] << (8 * (left >> 1)) | (ulong)message[left - 1] << (8 * (left - 1));
    }

    /// <summary>The hash of exactly 16 bytes, given as two little-endian words; equal to the other overload on those bytes.</summary>
    /// <remarks>Inlined and free of branches: it seals and checks every decision id.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Hash(ulong m0, ulong m1, ulong k0, ulong k1)
    {
        Start(k0, k1, out ulong v0, out ulong v1, out ulong v2, out ulong v3);
        Absorb(m0, ref v0, ref v1, ref v2, ref v3);
        Absorb(m1, ref v0, ref v1, ref v2, ref v3);
        return Finish(16UL << 56, v0, v1, v2, v3);
    }

    /// <summary>Tags of many messages of 16 bytes with the same second word, side by side: the low bits of each hash, moved up, above a prefix.</summary>
    /// <param name="m0">The first words.</param>
    /// <param name="m1">The second word of all.</param>
    /// <param name="k0">First half of the key.</param>
    /// <param name="k1">Second half of the key.</param>
    /// <param name="shift">How far the hash of the other overload is moved up.</param>
    /// <param name="prefix">What the bits below hold.</param>
    /// <param name="tags">Receives a tag for each; at least as long.</param>
    public static void Tag(ReadOnlySpan<ulong> m0, ulong m1, ulong k0, ulong k1, int shift, ulong prefix, Span<ulong> tags)
    {
        tags = tags[..m0.Length];
        int done = Vector512.IsHardwareAccelerated ? TagByVectors512(m0, m1, k0, k1, shift, prefix, tags)
            : Vector256.IsHardwareAccelerated ? TagByVectors256(m0, m1, k0, k1, shift, prefix, tags)
            : 0;
        for (int i = done; i < m0.Length; i++)
        {
            tags[i] = Hash(m0[i], m1, k0, k1) << shift | prefix;
        }
    }

    // Eight at a time; returns how many. Each width has a method of its own, not inlined: there is an end to what a compiler takes into one
    // method, and beyond it rotations become calls.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int TagByVectors512(ReadOnlySpan<ulong> m0, ulong m1, ulong k0, ulong k1, int shift, ulong prefix, Span<ulong> tags)
    {
        Start(k0, k1, out ulong s0, out ulong s1, out ulong s2, out ulong s3);
        int i = 0;
        for (; i + Vector512<ulong>.Count <= m0.Length; i += Vector512<ulong>.Count)
        {
            (Vector512<ulong> v0, Vector512<ulong> v1) = (Vector512.Create(s0), Vector512.Create(s1));
            (Vector512<ulong> v2, Vector512<ulong> v3) = (Vector512.Create(s2), Vector512.Create(s3));
            Absorb(Vector512.Create(m0[i..]), ref v0, ref v1, ref v2, ref v3);
            Absorb(Vector512.Create(m1), ref v0, ref v1, ref v2, ref v3);
            Absorb(Vector512.Create(16UL << 56), ref v0, ref v1, ref v2, ref v3);
            v2 ^= Vector512.Create(0xFFUL);
            Round(ref v0, ref v1, ref v2, ref v3);
            Round(ref v0, ref v1, ref v2, ref v3);
            Round(ref v0, ref v1, ref v2, ref v3);
            (((v0 ^ v1 ^ v2 ^ v3) << shift) | Vector512.Create(prefix)).CopyTo(tags[i..]);
        }

        return i;
    }

    // A round waits for the one before: two vectors take turns.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int TagByVectors256(ReadOnlySpan<ulong> m0, ulong m1, ulong k0, ulong k1, int shift, ulong prefix, Span<ulong> tags)
    {
        Start(k0, k1, out ulong s0, out ulong s1, out ulong s2, out ulong s3);
        int i = 0;
        for (; i + 2 * Vector256<ulong>.Count <= m0.Length; i += 2 * Vector256<ulong>.Count)
        {
            (Vector256<ulong> v0, Vector256<ulong> v1) = (Vector256.Create(s0), Vector256.Create(s1));
            (Vector256<ulong> v2, Vector256<ulong> v3) = (Vector256.Create(s2), Vector256.Create(s3));
            (Vector256<ulong> w0, Vector256<ulong> w1, Vector256<ulong> w2, Vector256<ulong> w3) = (v0, v1, v2, v3);
            Absorb(Vector256.Create(m0[i..]), ref v0, ref v1, ref v2, ref v3);
            Absorb(Vector256.Create(m0[(i + Vector256<ulong>.Count)..]), ref w0, ref w1, ref w2, ref w3);
            Absorb(Vector256.Create(m1), ref v0, ref v1, ref v2, ref v3);
            Absorb(Vector256.Create(m1), ref w0, ref w1, ref w2, ref w3);
            Absorb(Vector256.Create(16UL << 56), ref v0, ref v1, ref v2, ref v3);
            Absorb(Vector256.Create(16UL << 56), ref w0, ref w1, ref w2, ref w3);
            v2 ^= Vector256.Create(0xFFUL);
            w2 ^= Vector256.Create(0xFFUL);
            for (int round = 0; round < 3; round++)
            {
                Round(ref v0, ref v1, ref v2, ref v3);
                Round(ref w0, ref w1, ref w2, ref w3);
            }

            (((v0 ^ v1 ^ v2 ^ v3) << shift) | Vector256.Create(prefix)).CopyTo(tags[i..]);
            (((w0 ^ w1 ^ w2 ^ w3) << shift) | Vector256.Create(prefix)).CopyTo(tags[(i + Vector256<ulong>.Count)..]);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Absorb(Vector256<ulong> word, ref Vector256<ulong> v0, ref Vector256<ulong> v1, ref Vector256<ulong> v2, ref Vector256<ulong> v3)
    {
        v3 ^= word;
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= word;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref Vector256<ulong> v0, ref Vector256<ulong> v1, ref Vector256<ulong> v2, ref Vector256<ulong> v3)
    {
        v0 += v1;
        v2 += v3;
        v1 = RotateLeft(v1, 13) ^ v0;
        v3 = RotateLeft(v3, 16) ^ v2;
        v0 = RotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = RotateLeft(v1, 17) ^ v2;
        v3 = RotateLeft(v3, 21) ^ v0;
        v2 = RotateLeft(v2, 32);
    }

    // Without an instruction for it, by whole bytes is one shuffle; else it takes three.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> RotateLeft(Vector256<ulong> value, [ConstantExpected] byte bits) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.RotateLeft(value, bits)
        : bits == 32 && Avx2.IsSupported ? Avx2.Shuffle(value.AsUInt32(), 0b10_11_00_01).AsUInt64()
        : bits == 16 && Avx2.IsSupported ? Avx2.Shuffle(value.AsByte(), RotatedBy16).AsUInt64()
        : (value << bits) | (value >> (64 - bits));

    private static Vector256<byte> RotatedBy16
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(0x0504030201000706, 0x0D0C0B0A09080F0E, 0x0504030201000706, 0x0D0C0B0A09080F0E).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Absorb(Vector512<ulong> word, ref Vector512<ulong> v0, ref Vector512<ulong> v1, ref Vector512<ulong> v2, ref Vector512<ulong> v3)
    {
        v3 ^= word;
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= word;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref Vector512<ulong> v0, ref Vector512<ulong> v1, ref Vector512<ulong> v2, ref Vector512<ulong> v3)
    {
        v0 += v1;
        v2 += v3;
        v1 = RotateLeft(v1, 13) ^ v0;
        v3 = RotateLeft(v3, 16) ^ v2;
        v0 = RotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = RotateLeft(v1, 17) ^ v2;
        v3 = RotateLeft(v3, 21) ^ v0;
        v2 = RotateLeft(v2, 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> RotateLeft(Vector512<ulong> value, [ConstantExpected] byte bits) =>
        Avx512F.IsSupported ? Avx512F.RotateLeft(value, bits) : (value << bits) | (value >> (64 - bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Start(ulong k0, ulong k1, out ulong v0, out ulong v1, out ulong v2, out ulong v3)
    {
        // The constants spell "somepseudorandomlygeneratedbytes".
        v0 = k0 ^ 0x736F6D6570736575;
        v1 = k1 ^ 0x646F72616E646F6D;
        v2 = k0 ^ 0x6C7967656E657261;
        v3 = k1 ^ 0x7465646279746573;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Absorb(ulong word, ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v3 ^= word;
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= word;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Finish(ulong lastWord, ulong v0, ulong v1, ulong v2, ulong v3)
    {
        Absorb(lastWord, ref v0, ref v1, ref v2, ref v3);
        v2 ^= 0xFF;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        return v0 ^ v1 ^ v2 ^ v3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v2 += v3;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}
