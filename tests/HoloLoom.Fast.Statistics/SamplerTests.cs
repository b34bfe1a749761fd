using HoloLoom.Fast.Statistics.Battery;

namespace HoloLoom.Fast.Statistics;

// A class for each part, because classes run side by side.

/// <summary>The product's uniforms, normals and gammas.</summary>
public sealed class BasicLawTests
{
    public static TheoryData<string> Parts => SamplerBattery.Names([.. BasicLaws.All, .. GammaLaws.All, .. Independence.All]);

    [Theory]
    [MemberData(nameof(Parts))]
    public void The_sampler_passes(string part) => SamplerBattery.Named(part).Pass(new SamplerUnderTest());
}

/// <summary>The product's betas.</summary>
public sealed class BetaLawTests
{
    public static TheoryData<string> Parts => SamplerBattery.Names(BetaLaws.All);

    [Theory]
    [MemberData(nameof(Parts))]
    public void The_sampler_passes(string part) => SamplerBattery.Named(part).Pass(new SamplerUnderTest());

    [Fact]
    public void At_least_40_pairs_of_shapes_are_examined() => Assert.True(BetaLaws.ShapePairs >= 40);
}

/// <summary>The product's choices.</summary>
public sealed class SelectionTests
{
    public static TheoryData<string> Parts => SamplerBattery.Names(Selections.All);

    [Theory]
    [MemberData(nameof(Parts))]
    public void The_sampler_passes(string part) => SamplerBattery.Named(part).Pass(new SamplerUnderTest());
}
