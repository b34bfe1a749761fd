using HoloLoom.Fast.Statistics.Battery;

namespace HoloLoom.Fast.Statistics.Mutants;

/// <summary>
/// Wrong samplers that the battery has to catch. A row names the fault, the part of the battery, and the check in it that fails, by far. If
/// one does not, the battery has become blind.
/// </summary>
public sealed class MutantTests
{
    /// <summary>How many times its critical value a statistic has to reach, so that the seed plays no part.</summary>
    private const double Decisively = 1.25;

    public static TheoryData<string, string, string> Mutants => new()
    {
        // Rejection hardly matters for large shapes, whose proposals are nearly right: small ones tell.
        { nameof(Fault.NoRejection), "beta(1, 1)", "beta(1, 1) Kolmogorov-Smirnov" },
        { nameof(Fault.SqueezeAlone), "beta(500, 300)", "beta(500, 300) Kolmogorov-Smirnov" },
        { nameof(Fault.UnscaledSqueeze), "gamma(1)", "gamma(1) Anderson-Darling" },
        { nameof(Fault.LooseSqueeze), "gamma(1)", "gamma(1) Anderson-Darling" },
        { nameof(Fault.LooseSqueeze), "gamma constants", "squeeze" },
        { nameof(Fault.SqueezeOfSquare), "gamma(1)", "gamma(1) Kolmogorov-Smirnov" },
        { nameof(Fault.RoundedShift), "gamma(5)", "gamma(5) Anderson-Darling" },
        { nameof(Fault.RoundedShift), "gamma constants", "D" },
        { nameof(Fault.NoShift), "gamma(100)", "gamma(100) Kolmogorov-Smirnov" },
        { nameof(Fault.StaleSqueeze), "beta, several objects in turn", "beta(1, 2) in turn Kolmogorov-Smirnov" },
        { nameof(Fault.ConstantsOfFirstObject), "beta, several objects in turn", "beta(1, 2) in turn Kolmogorov-Smirnov" },

        { nameof(Fault.NoBoost), "beta(0.9, 1)", "beta(0.9, 1) Kolmogorov-Smirnov" },
        { nameof(Fault.BoostInverted), "beta(0.3, 40)", "beta(0.3, 40) Kolmogorov-Smirnov" },
        { nameof(Fault.BoostUnderflows), "beta(0.001, 0.001)", "beta(0.001, 0.001) range" },
        { nameof(Fault.BoostUnderflows), "beta, extreme shapes", "beta(1E-300, 1E-300)" },
        // With two shapes alike it would cancel.
        { nameof(Fault.BoostSharesUniform), "beta(0.05, 2.5)", "beta(0.05, 2.5) Kolmogorov-Smirnov" },

        { nameof(Fault.AlphaBetaSwapped), "beta(2, 3)", "beta(2, 3) Kolmogorov-Smirnov" },
        { nameof(Fault.ThetaCompared), "2 arms of beta(50, 0.01)", "2 arms of beta(50, 0.01)" },
        { nameof(Fault.NaNWins), "4 arms of beta(0.001, 0.001)", "4 arms of beta(0.001, 0.001)" },
        { nameof(Fault.OddsAgainstLogOdds), "blocks of large and small arms, all", "all" },
        { nameof(Fault.PaddingCompetes), "3 arms of beta(1, 1)", "3 arms of beta(1, 1)" },
        { nameof(Fault.MaskIgnored), "masked arms", "12 of 20" },
        { nameof(Fault.LastArmForgotten), "64 arms of beta(1, 1)", "64 arms of beta(1, 1)" },

        { nameof(Fault.NormalClipped), "normal tails", "normal above 4" },
        { nameof(Fault.SignsShared), "normal signs", "signs of normals 8 apart" },
        { nameof(Fault.SignsShared), "beta(5, 5)", "beta(5, 5) Kolmogorov-Smirnov" },
        { nameof(Fault.SineIsCosine), "neighbours of a normal fill", "normal correlation" },
        { nameof(Fault.UniformIncludesZero), "uniform ends", "never 0, never 1" },
        { nameof(Fault.UniformIsFloat), "uniform law", "uniform ties" },

        { nameof(Fault.LanesShareSeed), "neighbours of a beta fill", "beta correlation" },
        { nameof(Fault.LanesShareSeed), "arms of a selection", "arms correlation" },
        { nameof(Fault.LaneRepeatsAnother), "arms of a selection", "arms correlation" },
        { nameof(Fault.LaneRepeatsAnother), "8 arms of beta(1, 1)", "8 arms of beta(1, 1)" },
        { nameof(Fault.LanesOneStepApart), "neighbours of a uniform fill", "uniform correlation" },
        { nameof(Fault.ThreadsShareStream), "streams of threads", "threads correlation" },
        { nameof(Fault.AcceptedOverwritten), "beta(1, 2)", "beta(1, 2) Kolmogorov-Smirnov" },
        { nameof(Fault.SlowRowsDiscarded), "beta(2, 3)", "beta(2, 3) Kolmogorov-Smirnov" },
    };

    [Theory]
    [MemberData(nameof(Mutants))]
    public void The_battery_catches(string fault, string part, string check)
    {
        Check[] checks = [.. SamplerBattery.Named(part).Run(new TwinSampler(Enum.Parse<Fault>(fault)))];
        Check found = Assert.Single(checks, one => one.Name == check);
        Assert.True(found.Excess >= Decisively, found.ToString());
    }

    [Fact]
    public void Every_fault_is_among_the_mutants() =>
        Assert.Empty(Enum.GetNames<Fault>().Except([nameof(Fault.None)]).Except(Mutants.Select(static row => (string)row[0])));
}
