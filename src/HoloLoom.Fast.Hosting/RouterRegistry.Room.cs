namespace HoloLoom.Fast.Hosting;

// How much memory routers may come to need, and the limit on it.
public sealed partial class RouterRegistry
{
    /// <summary>Bytes that a router of these options may come to need: its duplicate window when full, and its cells. An upper bound, but for automata.</summary>
    /// <param name="options">The options.</param>
    public static long EstimateBytes(RouterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);

        // Eight stripes could each fill with a bit per decision of the window, for outcomes and for amendments.
        const long CellBytes = 512;
        long ledgers = 2L * options.DuplicateWindow;
        long cells = (long)options.QueryTypes.Count * options.Backends.Count * CellBytes * (2 + (options.Experiment?.Variants.Count ?? 0));
        return ledgers + cells + (1 << 20);
    }

    // What needs no more than before is always allowed: it may be the way back from too much.
    private void CheckGrowth(HostedRouter router, RouterOptions options)
    {
        if (EstimateBytes(options) > EstimateBytes(router.Current.Options))
        {
            CheckRoom(router.Name, options);
        }
    }

    private void CheckRoom(string name, RouterOptions options)
    {
        long present = Routers.Where(router => router.Name != name).Sum(static router => EstimateBytes(router.Current.Options));
        long needed = EstimateBytes(options);
        if (present + needed > _options.MaxBytes)
        {
            throw new InvalidOperationException(
                $"The router '{name}' may come to need {needed >> 20} MB, and the others {present >> 20} MB, of {_options.MaxBytes >> 20} MB allowed: "
                + "give it a smaller duplicateWindow, or remove another.");
        }
    }
}
