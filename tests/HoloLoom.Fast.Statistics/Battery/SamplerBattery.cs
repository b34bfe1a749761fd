namespace HoloLoom.Fast.Statistics.Battery;

/// <summary>Everything that a sampler has to pass.</summary>
internal static class SamplerBattery
{
    public static IReadOnlyList<Examination> All { get; } =
    [
        .. BasicLaws.All,
        .. GammaLaws.All,
        .. BetaLaws.All,
        .. Selections.All,
        .. Independence.All,
    ];

    /// <summary>For xunit, which prints names and wants simple values.</summary>
    public static TheoryData<string> Names(IEnumerable<Examination> examinations) => [.. examinations.Select(static one => one.Name)];

    public static Examination Named(string name) => All.Single(one => one.Name == name);
}
