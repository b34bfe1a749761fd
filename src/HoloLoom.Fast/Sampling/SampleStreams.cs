namespace HoloLoom.Fast.Sampling;

/// <summary>
/// The random streams of one thread: eight lanes of xoshiro256++ for the vector samplers, one for what they repair, and one for everything
/// else. A seed's streams are 2^128 steps apart and the threads' 2^192, which a proof, not chance, keeps disjoint.
/// </summary>
/// <remarks>
/// SAFETY: <see cref="Lanes"/> holds four state words of eight lanes each, word after word: lane i of word w at 8 w + i. Lanes are advanced in
/// groups of four or eight, in which each width of vector finds its own.
/// </remarks>
internal unsafe struct SampleStreams
{
    /// <summary>How many lanes there are.</summary>
    public const int LaneCount = 8;

    /// <summary>State words of the lanes.</summary>
    public fixed ulong Lanes[4 * LaneCount];

    /// <summary>For draws again after a rejection, and for ties.</summary>
    public Xoshiro256 Repair;

    /// <summary>For all that takes one number at a time; begins where the seed does.</summary>
    public Xoshiro256 Scalar;

    /// <summary>The streams that begin at a state and at the next nine jumps from it.</summary>
    public static SampleStreams From(Xoshiro256 start)
    {
        var streams = default(SampleStreams);
        streams.Scalar = start;
        for (int lane = 0; lane < LaneCount; lane++)
        {
            start.Jump();
            (streams.Lanes[lane], streams.Lanes[LaneCount + lane], streams.Lanes[2 * LaneCount + lane], streams.Lanes[3 * LaneCount + lane]) = start.State;
        }

        start.Jump();
        streams.Repair = start;
        return streams;
    }
}
