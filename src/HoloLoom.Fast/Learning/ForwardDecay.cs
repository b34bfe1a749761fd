namespace HoloLoom.Fast.Learning;

/// <summary>The clock of forgetting: time in half-lives, as forward decay needs it (Cormode, Shkapenyuk, Srivastava and Xu, ICDE 2009).</summary>
/// <remarks>
/// An outcome at age <c>u</c> weighs 2^(u − epoch) with a whole-numbered epoch, so moving the epoch multiplies by a power of two, which is
/// exact in floating point. Read at age <c>v</c>, evidence counts 2^(epoch − v) of its stored sum. Nothing is ever multiplied one by one.
/// Age advances with the monotonic clock from the wall time at construction, or from when the state was saved if that is later: setting the
/// wall clock neither erases nor revives evidence, and a start under a clock that was set back revives none either.
/// </remarks>
internal sealed class ForwardDecay
{
    /// <summary>Evidence older than this many half-lives is below the resolution of a double beside any prior.</summary>
    private const long Forever = 1100;

    private readonly TimeProvider _time;
    private readonly double _halfLifeSeconds;
    private readonly long _startTimestamp;
    private double _startSeconds;

    /// <param name="halfLife">Above zero.</param>
    /// <param name="time">The clock.</param>
    /// <param name="from">What this clock is to show now; null: what the clock on the wall shows.</param>
    public ForwardDecay(TimeSpan halfLife, TimeProvider time, DateTimeOffset? from = null)
    {
        _time = time;
        _halfLifeSeconds = halfLife.TotalSeconds;
        _startSeconds = ((from ?? time.GetUtcNow()) - DateTimeOffset.UnixEpoch).TotalSeconds;
        _startTimestamp = time.GetTimestamp();
    }

    /// <summary>Now, in half-lives since 1970.</summary>
    public double Age => Seconds / _halfLifeSeconds;

    /// <summary>Now, by this clock.</summary>
    public DateTimeOffset Now => DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(Seconds);

    private double Seconds => _startSeconds + _time.GetElapsedTime(_startTimestamp).TotalSeconds;

    /// <summary>Puts the clock on to a time if it is earlier. Not while others read it.</summary>
    public void AdvanceTo(DateTimeOffset time) => _startSeconds += Math.Max(0, (time - Now).TotalSeconds);

    /// <summary>What a sum kept in units of one epoch is in units of another: exact unless it underflows to 0.</summary>
    public static double Rebase(double sum, long fromEpoch, long toEpoch) =>
        Math.ScaleB(sum, (int)Math.Clamp(fromEpoch - toEpoch, -2 * Forever, Forever));

    /// <summary>The part of a sum kept in units of an epoch that still counts at an age.</summary>
    public static double Effective(double sum, long epoch, double age) => sum * double.Exp2(Math.Max(epoch - age, -2.0 * Forever));
}
