using FsCheck.Xunit;
using HoloLoom.Fast.Learning;

namespace HoloLoom.Fast.Tests.Learning;

public sealed class OutcomeLedgerTests
{
    private const ulong Boot1 = 1UL << 30;

    [Fact]
    public void A_decision_is_claimed_once()
    {
        var stripe = new LedgerStripe(4);
        Assert.Equal(Claim.First, stripe.TryClaim(Boot1, 77));
        Assert.Equal(Claim.Again, stripe.TryClaim(Boot1, 77));
        Assert.Equal(Claim.First, stripe.TryClaim(Boot1, 78));
        Assert.Equal([2, 1, 0], stripe.Answers);
    }

    [Fact]
    public void Blocks_are_given_up_oldest_first_and_their_ids_expire()
    {
        var stripe = new LedgerStripe(2);
        Assert.Equal(Claim.First, stripe.TryClaim(Boot1 + 5, 0));
        Assert.Equal(Claim.First, stripe.TryClaim(Boot1 + 3, 0));
        Assert.Equal(Claim.First, stripe.TryClaim(Boot1 + 9, 0));

        // Block 3 was the oldest, whichever was touched last.
        Assert.Equal(Boot1 + 3, stripe.Floor);
        Assert.Equal(Claim.TooOld, stripe.TryClaim(Boot1 + 3, 1));
        Assert.Equal(Claim.Again, stripe.TryClaim(Boot1 + 5, 0));
        Assert.Equal(Claim.Again, stripe.TryClaim(Boot1 + 9, 0));
        Assert.Equal(Claim.TooOld, stripe.TryClaim(Boot1 + 1, 0));
    }

    [Fact]
    public void A_full_stripe_refuses_a_block_older_than_all_it_holds()
    {
        var stripe = new LedgerStripe(2);
        stripe.TryClaim(Boot1 + 5, 0);
        stripe.TryClaim(Boot1 + 6, 0);
        Assert.Equal(Claim.TooOld, stripe.TryClaim(Boot1 + 2, 0));
        Assert.Equal(Claim.Again, stripe.TryClaim(Boot1 + 5, 0));
        Assert.Equal(Claim.Again, stripe.TryClaim(Boot1 + 6, 0));
    }

    [Property]
    public void It_never_accepts_a_decision_twice_and_never_refuses_a_recent_one(byte[] blocks, byte[] bits)
    {
        const int Capacity = 16;
        var stripe = new LedgerStripe(Capacity);
        var seen = new HashSet<(ulong, int)>();
        ulong newest = 0;
        for (int i = 0; i < Math.Min(blocks.Length, bits.Length); i++)
        {
            ulong key = Boot1 + blocks[i];
            newest = Math.Max(newest, key);
            Claim claim = stripe.TryClaim(key, bits[i]);
            if (claim == Claim.First)
            {
                Assert.True(seen.Add((key, bits[i])));
            }
            else if (claim == Claim.Again)
            {
                Assert.Contains((key, (int)bits[i]), seen);
            }
            else
            {
                // Expired only when Capacity newer blocks have been seen.
                Assert.True(newest - key >= Capacity - 1);
            }
        }
    }

    [Fact]
    public void Copies_restore_into_an_equal_ledger_also_with_a_smaller_window()
    {
        var stripe = new LedgerStripe(8);
        for (int block = 0; block < 8; block++)
        {
            stripe.TryClaim(Boot1 + (ulong)block, block * 100);
        }

        var blocks = new List<(ulong Key, ulong[] Bits)>();
        stripe.CopyTo(blocks);
        var smaller = new LedgerStripe(4);
        foreach ((ulong key, ulong[] bits) in blocks)
        {
            smaller.Restore(key, bits);
        }

        for (int block = 0; block < 8; block++)
        {
            Assert.Equal(block < 4 ? Claim.TooOld : Claim.Again, smaller.TryClaim(Boot1 + (ulong)block, block * 100));
        }
    }

    [Fact]
    public void Consecutive_blocks_and_first_blocks_of_consecutive_boots_fall_on_different_stripes()
    {
        var ledger = new OutcomeLedger(1 << 20);
        Assert.Equal(8, Enumerable.Range(0, 8).Select(block => ledger.Stripe(1, (ulong)block)).Distinct().Count());
        Assert.Equal(8, Enumerable.Range(1, 8).Select(boot => ledger.Stripe((ulong)boot, 0)).Distinct().Count());
    }
}
