namespace HoloLoom.Fast.Execution;

/// <summary>A clock whose time of day goes on evenly, as its timestamps do, from what it was at the beginning.</summary>
/// <remarks>
/// Policies measure by the time of day how long a circuit stays open and what falls into a sampling period. On the wall that clock is set now
/// and then: set back by an hour, it would keep a circuit open for that hour.
/// </remarks>
internal sealed class SteadyTime(TimeProvider inner) : TimeProvider
{
    private readonly DateTimeOffset _began = inner.GetUtcNow();
    private readonly long _beganAt = inner.GetTimestamp();

    public override TimeZoneInfo LocalTimeZone => inner.LocalTimeZone;

    public override long TimestampFrequency => inner.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _began + inner.GetElapsedTime(_beganAt);

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        inner.CreateTimer(callback, state, dueTime, period);
}
