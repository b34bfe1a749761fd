using HoloLoom.Fast.Statistics.Battery;

namespace HoloLoom.Fast.Statistics.Mutants;

/// <summary>The twin without a fault passes the whole battery, so that a mutant fails for its fault alone.</summary>
public sealed class TwinBetaTests
{
    public static TheoryData<string> Parts => SamplerBattery.Names(BetaLaws.All);

    [Theory]
    [MemberData(nameof(Parts))]
    public void The_twin_without_fault_passes(string part) => SamplerBattery.Named(part).Pass(new TwinSampler());
}

/// <inheritdoc cref="TwinBetaTests"/>
public sealed class TwinTests
{
    public static TheoryData<string> Parts =>
        SamplerBattery.Names([.. BasicLaws.All, .. GammaLaws.All, .. Independence.All]);

    [Theory]
    [MemberData(nameof(Parts))]
    public void The_twin_without_fault_passes(string part) => SamplerBattery.Named(part).Pass(new TwinSampler());
}

/// <inheritdoc cref="TwinBetaTests"/>
public sealed class TwinSelectionTests
{
    public static TheoryData<string> Parts => SamplerBattery.Names(Selections.All);

    [Theory]
    [MemberData(nameof(Parts))]
    public void The_twin_without_fault_passes(string part) => SamplerBattery.Named(part).Pass(new TwinSampler());
}
