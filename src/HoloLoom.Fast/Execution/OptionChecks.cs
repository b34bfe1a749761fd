namespace HoloLoom.Fast.Execution;

/// <summary>Checks of single values beyond those that the router's own configuration needs.</summary>
internal static class OptionChecks
{
    // The longest period that the runtime's timers take.
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(49);

    public static void NotNegative(string path, double value)
    {
        if (!(value >= 0 && double.IsFinite(value)))
        {
            throw new RouterConfigurationException(path, FormattableString.Invariant($"a finite number, 0 or more, is expected; found {value}."));
        }
    }

    /// <summary>A time that is waited for: above 0 unless zero is allowed, and short enough for a timer.</summary>
    public static void Wait(string path, TimeSpan value, bool zero = false) => Wait(path, value, zero, s_longest, "49 days");

    /// <summary>A time that is waited for in a policy; those take a day at most.</summary>
    public static void PolicyWait(string path, TimeSpan value, bool zero = false) => Wait(path, value, zero, TimeSpan.FromDays(1), "a day");

    public static T NotNull<T>(string path, T? value)
        where T : class => value ?? throw new RouterConfigurationException(path, "a value is needed; it is null.");

    private static void Wait(string path, TimeSpan value, bool zero, TimeSpan longest, string longestName)
    {
        if (value < TimeSpan.Zero || (value == TimeSpan.Zero && !zero) || value > longest)
        {
            throw new RouterConfigurationException(
                path, FormattableString.Invariant($"a duration {(zero ? "of 0 or more" : "above 0")} and at most {longestName} is expected; found {value:c}."));
        }
    }
}
