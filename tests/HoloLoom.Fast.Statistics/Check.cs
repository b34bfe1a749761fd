namespace HoloLoom.Fast.Statistics;

/// <summary>One thing looked at: how far a sample is from what it should be, and how far it may be.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Statistic">Larger is worse; NaN is worst.</param>
/// <param name="Critical">A correct sampler stays at or below, but for one case in <see cref="FalseAlarms.PerCheck"/>.</param>
internal readonly record struct Check(string Name, double Statistic, double Critical)
{
    public bool Passes => Statistic <= Critical;

    /// <summary>How often the critical value is reached.</summary>
    public double Excess => double.IsNaN(Statistic) ? double.PositiveInfinity : Statistic / Critical;

    /// <summary>For facts that hold always: no statistic, no false alarm.</summary>
    public static Check Fact(string name, bool holds) => new(name, holds ? 0 : double.PositiveInfinity, 1);

    public override string ToString() => FormattableString.Invariant($"{Name}: {Statistic:g6} of {Critical:g6}");
}
