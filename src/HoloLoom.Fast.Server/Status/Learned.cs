namespace HoloLoom.Fast.Server.Status;

/// <summary>Who learned what: the router, and the variants of an experiment that learn each on its own.</summary>
internal static class Learned
{
    /// <summary>Everybody's own posteriors; the router's have no name.</summary>
    public static IEnumerable<VariantStatistics> Of(RouterStatistics statistics) => statistics.Variants.Prepend(new VariantStatistics("", statistics.QueryTypes));

    /// <summary>A backend's cells, of everybody and all query types.</summary>
    public static CellStatistics[] Of(RouterStatistics statistics, string backend) =>
        [.. Of(statistics).SelectMany(static own => own.QueryTypes).SelectMany(static type => type.Backends).Where(cell => cell.Backend == backend)];

    /// <summary>The mean reward of all outcomes.</summary>
    public static string MeanReward(IReadOnlyCollection<CellStatistics> cells) =>
        Figures.Mean(cells.Sum(static cell => cell.Outcomes * cell.MeanReward), cells.Sum(static cell => cell.Outcomes));
}
