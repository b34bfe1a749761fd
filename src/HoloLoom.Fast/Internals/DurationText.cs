using System.Globalization;

namespace HoloLoom.Fast.Internals;

/// <summary>Durations as configuration writes them: <c>250ms</c>, <c>90s</c>, <c>15m</c>, <c>6h</c>, <c>7d</c>, or <c>hh:mm:ss</c>.</summary>
internal static class DurationText
{
    /// <summary>What a reader of an error message may write instead.</summary>
    public const string Syntax = "a number of seconds, or text such as \"250ms\", \"90s\", \"15m\", \"6h\", \"7d\" or \"01:30:00\"";

    // From the smallest; "ms" before "m" and "s", which it ends or begins with.
    private static readonly (string Suffix, long Ticks)[] Units =
    [
        ("ms", TimeSpan.TicksPerMillisecond),
        ("s", TimeSpan.TicksPerSecond),
        ("m", TimeSpan.TicksPerMinute),
        ("h", TimeSpan.TicksPerHour),
        ("d", TimeSpan.TicksPerDay),
    ];

    // Spelt out: the runtime's own "c" also takes "7" for days and "1:2" for hours and minutes.
    private static readonly string[] ClockFormats =
    [
        @"hh\:mm\:ss", @"hh\:mm\:ss\.FFFFFFF", @"d\.hh\:mm\:ss", @"d\.hh\:mm\:ss\.FFFFFFF",
    ];

    /// <summary>Reads a duration, 0 or more.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        if (text.Contains(':'))
        {
            return TimeSpan.TryParseExact(text, ClockFormats, CultureInfo.InvariantCulture, out duration) && !text.EndsWith('.');
        }

        duration = default;
        foreach ((string suffix, long ticks) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal))
            {
                // Decimal, so that what is written in tenths is counted in tenths.
                if (!decimal.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal count)
                    || count > (decimal)long.MaxValue / ticks)
                {
                    return false;
                }

                duration = TimeSpan.FromTicks((long)decimal.Truncate(count * ticks));
                return true;
            }
        }

        return false;
    }

    /// <summary>Writes a duration so that <see cref="TryParse"/> reads it back exactly, in the largest unit that it is a whole number of.</summary>
    public static string Format(TimeSpan duration)
    {
        for (int i = Units.Length - 1; i >= 0; i--)
        {
            (string suffix, long ticks) = Units[i];
            if (duration.Ticks >= ticks && duration.Ticks % ticks == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / ticks}{suffix}");
            }
        }

        return duration.ToString("c", CultureInfo.InvariantCulture);
    }
}
