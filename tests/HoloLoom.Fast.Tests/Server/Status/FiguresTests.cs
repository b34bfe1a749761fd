using HoloLoom.Fast.Server.Status;

namespace HoloLoom.Fast.Tests.Server.Status;

public sealed class FiguresTests
{
    [Theory]
    [InlineData(0, "0 ns")]
    [InlineData(29, "29 ns")]
    [InlineData(999, "999 ns")]
    [InlineData(1_000, "1.00 µs")]
    [InlineData(45_600, "45.6 µs")]
    [InlineData(999_000, "999 µs")]
    [InlineData(4_400_000, "4.40 ms")]
    [InlineData(60_000_000_000, "60.0 s")]
    public void Durations_have_three_digits(long nanoseconds, string expected) => Assert.Equal(expected, Figures.Duration(nanoseconds));

    [Theory]
    [InlineData(-3, "0 s")]
    [InlineData(4.31, "4.3 s")]
    [InlineData(61, "1 min 1 s")]
    [InlineData(7322, "2 h 2 min")]
    [InlineData(200_000, "2 d 7 h")]
    public void Spans_have_two_units(double seconds, string expected) => Assert.Equal(expected, Figures.Span(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.25, "0.25")]
    [InlineData(3, "3.0")]
    [InlineData(1234.5, "1,235")]
    public void Rates_are_short(double rate, string expected) => Assert.Equal(expected, Figures.Rate(rate));

    [Fact]
    public void Parts_of_nothing_are_dashes()
    {
        Assert.Equal(("–", "–"), (Figures.Share(0, 0), Figures.Mean(0, 0)));
        Assert.Equal(("25.0 %", "0.250"), (Figures.Share(1, 4), Figures.Mean(1, 4)));
    }
}
