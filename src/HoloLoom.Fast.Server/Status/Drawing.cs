namespace HoloLoom.Fast.Server.Status;

/// <summary>Numbers drawn beside themselves: for who sees, and without a script.</summary>
internal static class Drawing
{
    /// <summary>A bar as long as a part of the whole.</summary>
    public static void Share(HtmlText page, double share) => page.Add(
        $"""<svg class="bar" viewBox="0 0 100 8" width="100" height="8" aria-hidden="true"><rect class="all" width="100" height="8"/><rect class="part" width="{100 * share:0.0}" height="8"/></svg>""");

    /// <summary>An interval between 0 and 1, and the mean in it.</summary>
    public static void Interval(HtmlText page, double low, double mean, double high) => page.Add(
        $"""
        <svg class="interval" viewBox="-4 0 168 12" width="168" height="12" aria-hidden="true"><line class="axis" x1="0" x2="160" y1="6" y2="6"/><line class="range" x1="{160 * low:0.0}" x2="{160 * high:0.0}" y1="6" y2="6"/><circle cx="{160 * mean:0.0}" cy="6" r="3"/></svg>
        """);
}
