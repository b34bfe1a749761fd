namespace HoloLoom.Fast.Tests;

/// <summary>A clock that is set while time goes on evenly: by a network's time, by hand, after a machine was asleep.</summary>
internal sealed class JumpingClock : TimeProvider
{
    private DateTimeOffset _wall = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private long _ticks = TimeSpan.TicksPerHour;

    /// <summary>What may happen to a clock on a wall.</summary>
    public static TheoryData<string> Jumps => ["back an hour", "back to 1970", "on an hour", "on ten years", "not at all"];

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _wall;

    public override long GetTimestamp() => _ticks;

    public void Advance(TimeSpan time)
    {
        _wall += time;
        _ticks += time.Ticks;
    }

    public void Jump(string how) => _wall = how switch
    {
        "back an hour" => _wall.AddHours(-1),
        "back to 1970" => DateTimeOffset.UnixEpoch,
        "on an hour" => _wall.AddHours(1),
        "on ten years" => _wall.AddYears(10),
        "not at all" => _wall,
        _ => throw new ArgumentOutOfRangeException(nameof(how), how, "There is no such jump."),
    };
}
