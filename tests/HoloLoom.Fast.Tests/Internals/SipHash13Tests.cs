using System.Buffers.Binary;
using System.Numerics;
using FsCheck.Xunit;
using HoloLoom.Fast.Internals;

namespace HoloLoom.Fast.Tests.Internals;

public sealed class SipHash13Tests
{
    private const ulong K0 = 0x0706050403020100;
    private const ulong K1 = 0x0F0E0D0C0B0A0908;

    [Fact]
    public void Readable_twin_gives_the_published_value_of_SipHash_2_4() =>
        Assert.Equal(0xA129CA6149BE45E5, ReadableSipHash(Counting(15), K0, K1, compressions: 2, finishing: 4));

    [Fact]
    public void Equals_the_twin_at_every_length_up_to_several_blocks()
    {
        for (int length = 0; length <= 64; length++)
        {
            Assert.Equal(ReadableSipHash(Counting(length), K0, K1, 1, 3), SipHash13.Hash(Counting(length), K0, K1));
        }
    }

    [Property]
    public bool Equals_the_twin_on_any_message_and_key(byte[] message, ulong k0, ulong k1) =>
        SipHash13.Hash(message, k0, k1) == ReadableSipHash(message, k0, k1, 1, 3);

    [Property(MaxTest = 1000)]
    public bool Sixteen_byte_form_equals_the_general_one(ulong m0, ulong m1, ulong k0, ulong k1)
    {
        byte[] message = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(message, m0);
        BinaryPrimitives.WriteUInt64LittleEndian(message.AsSpan(8), m1);
        ulong hash = SipHash13.Hash(m0, m1, k0, k1);
        return hash == SipHash13.Hash(message, k0, k1) && hash == ReadableSipHash(message, k0, k1, 1, 3);
    }

    [Property(MaxTest = 1000)]
    public bool Many_tags_are_of_the_hashes_one_by_one(ulong[] m0, ulong m1, ulong k0, ulong k1, ulong prefix)
    {
        var tags = new ulong[m0.Length];
        SipHash13.Tag(m0, m1, k0, k1, 24, prefix & 0xFF_FFFF, tags);
        return tags.SequenceEqual(m0.Select(word => SipHash13.Hash(word, m1, k0, k1) << 24 | (prefix & 0xFF_FFFF)));
    }

    [Fact]
    public void Length_counts_so_that_trailing_zeros_change_the_hash() =>
        Assert.NotEqual(SipHash13.Hash(new byte[8], K0, K1), SipHash13.Hash(new byte[9], K0, K1));

    [Fact]
    public void Every_bit_of_message_and_key_moves_about_half_of_the_hash()
    {
        ulong[] inputs = [0x0123456789ABCDEF, 0xFEDCBA9876543210, K0, K1];
        ulong original = SipHash13.Hash(inputs[0], inputs[1], inputs[2], inputs[3]);
        int moved = 0;
        for (int bit = 0; bit < 256; bit++)
        {
            ulong[] changed = [.. inputs];
            changed[bit / 64] ^= 1UL << bit % 64;
            int distance = BitOperations.PopCount(original ^ SipHash13.Hash(changed[0], changed[1], changed[2], changed[3]));
            // A fair coin thrown 64 times lands outside 8..56 with probability below 1e-9.
            Assert.InRange(distance, 8, 56);
            moved += distance;
        }

        // 256 x 64 throws: mean 8192, standard deviation 64; six of them either way.
        Assert.InRange(moved, 8192 - 384, 8192 + 384);
    }

    private static byte[] Counting(int length) => [.. Enumerable.Range(0, length).Select(static i => (byte)i)];

    // Written from the paper's description: a padded message in an array, a state in an array, the round as a list of steps.
    private static ulong ReadableSipHash(byte[] message, ulong k0, ulong k1, int compressions, int finishing)
    {
        byte[] padded = new byte[(message.Length / 8 + 1) * 8];
        message.CopyTo(padded, 0);
        padded[^1] = (byte)message.Length;

        byte[] initial = [.. "somepseudorandomlygeneratedbytes"u8];
        ulong[] v = [.. Enumerable.Range(0, 4).Select(i => BinaryPrimitives.ReadUInt64BigEndian(initial.AsSpan(8 * i)) ^ (i % 2 == 0 ? k0 : k1))];
        for (int block = 0; block < padded.Length; block += 8)
        {
            ulong word = BitConverter.IsLittleEndian ? BitConverter.ToUInt64(padded, block) : BinaryPrimitives.ReadUInt64LittleEndian(padded.AsSpan(block));
            v[3] ^= word;
            Rounds(compressions);
            v[0] ^= word;
        }

        v[2] ^= 0xFF;
        Rounds(finishing);
        return v.Aggregate(0UL, static (all, one) => all ^ one);

        void Rounds(int count)
        {
            for (int i = 0; i < count; i++)
            {
                HalfRound(0, 1, 2, 3, 13, 16);
                HalfRound(2, 1, 0, 3, 17, 21);
            }
        }

        void HalfRound(int a, int b, int c, int d, int s, int t)
        {
            v[a] = unchecked(v[a] + v[b]);
            v[c] = unchecked(v[c] + v[d]);
            v[b] = Rotate(v[b], s) ^ v[a];
            v[d] = Rotate(v[d], t) ^ v[c];
            v[a] = Rotate(v[a], 32);
        }

        static ulong Rotate(ulong x, int by) => x << by | x >> (64 - by);
    }
}
