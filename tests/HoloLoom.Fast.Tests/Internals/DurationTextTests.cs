using FsCheck.Xunit;
using HoloLoom.Fast.Internals;

namespace HoloLoom.Fast.Tests.Internals;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("250ms", 0.25)]
    [InlineData("90s", 90)]
    [InlineData("15m", 900)]
    [InlineData("6h", 21600)]
    [InlineData("7d", 604800)]
    [InlineData("1.5h", 5400)]
    [InlineData("0s", 0)]
    [InlineData("01:30:00", 5400)]
    [InlineData("00:00:00.5", 0.5)]
    [InlineData("2.00:00:01", 172801)]
    public void Reads_units_and_clock_times(string text, double seconds)
    {
        Assert.True(DurationText.TryParse(text, out TimeSpan duration));
        Assert.Equal(TimeSpan.FromSeconds(seconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("s")]
    [InlineData("ms")]
    [InlineData("-1s")]
    [InlineData("1 h")]
    [InlineData("1e3s")]
    [InlineData("1,5h")]
    [InlineData("1H")]
    [InlineData("1w")]
    [InlineData("NaNs")]
    [InlineData("-01:00:00")]
    [InlineData("25:00:00")]
    [InlineData("1:2")]
    [InlineData("1:02:03")]
    [InlineData("00:00:01.")]
    [InlineData("99999999d")]
    [InlineData("99999999999999999999999999999999999999d")]
    public void Refuses_everything_else(string text) => Assert.False(DurationText.TryParse(text, out _));

    [Theory]
    [InlineData(1, "00:00:00.0000001")]
    [InlineData(TimeSpan.TicksPerMillisecond, "1ms")]
    [InlineData(5 * TimeSpan.TicksPerSecond, "5s")]
    [InlineData(90 * TimeSpan.TicksPerMinute, "90m")]
    [InlineData(14 * TimeSpan.TicksPerDay, "14d")]
    public void Writes_the_largest_whole_unit(long ticks, string text) => Assert.Equal(text, DurationText.Format(TimeSpan.FromTicks(ticks)));

    [Property]
    public bool Reads_back_what_it_writes(ulong bits, bool rounded)
    {
        // Any magnitude: the shift spreads the lengths evenly, the rounding lets whole units occur.
        long ticks = (long)(bits >> 1 >> (int)(bits % 60));
        TimeSpan duration = TimeSpan.FromTicks(rounded ? ticks - ticks % TimeSpan.TicksPerSecond : ticks);
        return DurationText.TryParse(DurationText.Format(duration), out TimeSpan read) && read == duration;
    }

    [Property]
    public bool Takes_any_text(string? text) => !DurationText.TryParse(text ?? "", out TimeSpan duration) || duration >= TimeSpan.Zero;
}
