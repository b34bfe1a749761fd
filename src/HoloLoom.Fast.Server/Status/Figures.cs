using System.Globalization;

namespace HoloLoom.Fast.Server.Status;

/// <summary>Numbers as people read them.</summary>
internal static class Figures
{
    /// <summary>A duration with three digits at most, in the unit that suits it.</summary>
    public static string Duration(long nanoseconds) => nanoseconds switch
    {
        < 1_000 => Invariant($"{nanoseconds} ns"),
        < 1_000_000 => Scaled(nanoseconds / 1e3, "µs"),
        < 1_000_000_000 => Scaled(nanoseconds / 1e6, "ms"),
        _ => Scaled(nanoseconds / 1e9, "s"),
    };

    /// <summary>A time span in its two largest units.</summary>
    public static string Span(TimeSpan span) =>
        span.TotalDays >= 1 ? Invariant($"{(int)span.TotalDays} d {span.Hours} h")
        : span.TotalHours >= 1 ? Invariant($"{span.Hours} h {span.Minutes} min")
        : span.TotalMinutes >= 1 ? Invariant($"{span.Minutes} min {span.Seconds} s")
        : Invariant($"{Math.Max(0, span.TotalSeconds):0.#} s");

    /// <summary>A rate a second.</summary>
    public static string Rate(double perSecond) => perSecond.ToString(perSecond is 0 or >= 10 ? "#,0" : "0.0#", CultureInfo.InvariantCulture);

    /// <summary>A part of a whole; a dash if the whole is nothing.</summary>
    public static string Share(double part, double whole) => whole > 0 ? Invariant($"{100 * part / whole:0.0} %") : "–";

    /// <summary>A mean; a dash if it is of nothing.</summary>
    public static string Mean(double sum, double count) => count > 0 ? Invariant($"{sum / count:0.000}") : "–";

    public static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Scaled(double value, string unit) =>
        value.ToString(value < 10 ? "0.00" : value < 100 ? "0.0" : "0", CultureInfo.InvariantCulture) + " " + unit;
}
