namespace HoloLoom.Fast.Learning;

/// <summary>The clock of forgetting: time in half-lives, as forward decay needs it (Cormode, Shkapenyuk, Srivastava and Xu, ICDE 2009).</summary>
/// <remarks>
/// An outcome at age <c>u</c> weighs 2^(u − epoch) with a whole-numbered epoch, so moving the epoch multiplies by a power of two, which is
/// exact in floating point. Read at age <c>v</c>, evidence counts 2^(epoch − v) of its stored sum. Nothing is ever multiplied one by one.
/// Age advances with the monotonic clock from the wall time at construction: setting the wall clock neither erases nor revives evidence.
/// </remarks>
internal sealed class ForwardDecay
{
    /// <summary>Evidence older than this many half-lives is below the resolution of a double beside any prior.</summary>
    private const long Forever = 1100;

    private readonly TimeProvider _time;
    private readonly double _halfLifeSeconds;
    private readonly long _startTimestamp;
    private readonly double _startSeconds;

    /// <param name="halfLife">Above zero.</param>
    /// <param name="time">The clock.</param>
    public ForwardDecay(TimeSpan halfLife, TimeProvider time)
    {
        _time = time;
        _halfLifeSeconds = halfLife.TotalSeconds;
        _startSeconds = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
        _startTimestamp = time.GetTimestamp();
    }

    /// <summary>Now, in half-lives since 1970.</summary>
    public double Age => (_startSeconds + _time.GetElapsedTime(_startTimestamp).TotalSeconds) / _halfLifeSeconds;

    /// <summary>What a sum kept in units of one epoch is in units of another: exact unless it underflows to 0.</summary>
    public static double Rebase(double sum, long fromEpoch, long toEpoch) =>
        Math.ScaleB(sum, (int)Math.Clamp(fromEpoch - toEpoch, -2 * Forever, Forever));

    /// <summary>The part of a sum kept in units of an epoch that still counts at an age.</summary>
    public static double Effective(double sum, long epoch, double age) => sum * double.Exp2(Math.Max(epoch - age, -2.0 * Forever));
}
