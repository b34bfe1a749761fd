namespace HoloLoom.Fast.Learning;

/// <summary>
/// Remembers which decisions have had their outcome: a bit each, in blocks of 1024 consecutive decisions, in stripes that are locked one by
/// one. When a stripe is full it gives up its oldest block, and ids of blocks that old have expired from then on.
/// </summary>
/// <remarks>
/// Blocks are made when an outcome first touches them, so that decisions without outcomes cost nothing. A stripe alone holds the whole
/// window: however decisions fall on stripes, the latest <c>window</c> of them are recognised.
/// </remarks>
internal sealed class OutcomeLedger
{
    public const int BlockBits = 10;
    public const int Stripes = 8;

    private readonly LedgerStripe[] _stripes = new LedgerStripe[Stripes];

    /// <param name="window">The number of latest decisions to recognise, a multiple of 1024.</param>
    public OutcomeLedger(int window)
    {
        for (int i = 0; i < Stripes; i++)
        {
            _stripes[i] = new LedgerStripe(Math.Max(1, window >> BlockBits));
        }
    }

    /// <summary>The stripe that holds a block; consecutive blocks, and the first blocks of consecutive boots, fall on different stripes.</summary>
    /// <param name="boot">The boot of the decision.</param>
    /// <param name="block">The block's number in its boot.</param>
    public LedgerStripe Stripe(ulong boot, ulong block) => _stripes[StripeIndex(boot, block)];

    /// <summary>The index of the stripe that holds a block.</summary>
    public static int StripeIndex(ulong boot, ulong block) => (int)(boot + block) & (Stripes - 1);

    public LedgerStripe StripeAt(int index) => _stripes[index];

    /// <summary>Locks every stripe: until <see cref="ExitAll"/> no outcome is half recorded.</summary>
    public void EnterAll()
    {
        foreach (LedgerStripe stripe in _stripes)
        {
            stripe.Enter();
        }
    }

    public void ExitAll()
    {
        foreach (LedgerStripe stripe in _stripes)
        {
            stripe.Exit();
        }
    }
}
