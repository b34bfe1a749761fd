using HoloLoom.Fast.Persistence;

namespace HoloLoom.Fast.Experiments;

/// <summary>What an experiment shows so far. It may be read at any time and as often as one likes: no look makes a false winner more likely.</summary>
/// <remarks>
/// The test and the intervals are those of betting (Waudby-Smith and Ramdas, JRSS B 86(1), 2024), valid for every number of outcomes and
/// however the traffic outside the uniform slice is divided. They take it that a decision's variant has no part in when, or whether, its
/// outcome is reported, and that outcomes of one unit are no more alike than those of any two.
/// </remarks>
/// <param name="Name">The experiment.</param>
/// <param name="Winner">The variant that is better than every other, and keeps the guardrails; null until that is sure.</param>
/// <param name="Verdict">What can be said, in a sentence.</param>
/// <param name="Advice">What to do, in a sentence.</param>
/// <param name="Alpha">The probability of ever naming a false winner.</param>
/// <param name="SharedPosteriors">Whether the variants learn from each other's outcomes; then only their choices differ.</param>
/// <param name="Slice">The part of the experiment's traffic that is divided evenly; only this is compared.</param>
/// <param name="MismatchAlarm">Whether decisions of the slice are divided so unevenly that something must be wrong.</param>
/// <param name="MismatchProbability">The probability of so uneven a division by chance, at any time; 1 at most.</param>
/// <param name="MoreOutcomes">About how many more outcomes, of the whole experiment, a decision takes if the difference is what it seems; null if it is too small to tell.</param>
/// <param name="Variants">Per variant, and the holdout if there is one.</param>
/// <param name="Comparisons">Of every two variants.</param>
/// <param name="Steps">What was done with the traffic, oldest first.</param>
public sealed partial record ExperimentReport(
    string Name,
    string? Winner,
    string Verdict,
    string Advice,
    double Alpha,
    bool SharedPosteriors,
    double Slice,
    bool MismatchAlarm,
    double MismatchProbability,
    long? MoreOutcomes,
    IReadOnlyList<VariantReport> Variants,
    IReadOnlyList<ComparisonReport> Comparisons,
    IReadOnlyList<TrafficStep> Steps)
{
    /// <summary>
    /// Whether decisions were assigned by unit. Then the outcomes of one unit are all of one variant; if they are more alike than those of
    /// different units, there is less evidence than the test takes there to be, and its error rate does not hold.
    /// </summary>
    public bool AssignedByUnit { get; init; }

    /// <summary>The report of a router's experiment at this moment. Recording waits for some microseconds.</summary>
    /// <param name="router">A router with an experiment.</param>
    /// <exception cref="InvalidOperationException">The router has no experiment.</exception>
    public static ExperimentReport Of(Router router)
    {
        ArgumentNullException.ThrowIfNull(router);
        return ExperimentAnalysis.Analyse(
            router.ReadExperiment() ?? throw new InvalidOperationException("The router has no experiment; give it RouterOptions.Experiment."));
    }

    /// <summary>The reports of all experiments of a state directory, which a router may be using: the one that runs is the last.</summary>
    /// <param name="stateDirectory">The directory.</param>
    /// <exception cref="IOException">There is no state, or none that is intact.</exception>
    public static IReadOnlyList<ExperimentReport> Read(string stateDirectory)
    {
        ArgumentException.ThrowIfNullOrEmpty(stateDirectory);
        StateSnapshot snapshot = StateDirectory.ReadOnly(stateDirectory).Snapshot
            ?? throw new FileNotFoundException($"There is no state in '{stateDirectory}'. Route with this state directory first.", stateDirectory);
        return [.. snapshot.Experiments.Select(ExperimentAnalysis.Analyse)];
    }
}

/// <summary>One variant, or the holdout.</summary>
/// <param name="Name">The variant.</param>
/// <param name="Strategy">Its strategy.</param>
/// <param name="Share">Its part of the experiment's traffic now; of the holdout, its part of all traffic. 0 if it was taken out.</param>
/// <param name="Exposures">Decisions.</param>
/// <param name="Outcomes">Outcomes credited.</param>
/// <param name="SuccessRate">The part of outcomes that were successes; 0 without outcomes, as the other means.</param>
/// <param name="MeanReward">The mean reward, which is what variants are compared by; with the default reward the rate of success.</param>
/// <param name="RewardLow">The lower end of an interval for the mean reward, which holds at all times at once but with the report's α.</param>
/// <param name="RewardHigh">The upper end.</param>
/// <param name="MeanRelevance">The mean relevance.</param>
/// <param name="MeanLatencyMs">The mean latency.</param>
/// <param name="P95LatencyMs">The 95th percentile of latency, within 3.2 %.</param>
/// <param name="ProbabilityBest">How likely it is the best of the running variants, with uniform priors; null for the others.</param>
/// <param name="ExpectedLoss">How much reward choosing it would lose, with uniform priors; null for the others.</param>
/// <param name="Composite">0.4 relevance + 0.3 success − 0.3 latency, the latency divided by the slowest variant's mean: for people; nothing is decided by it.</param>
/// <param name="BrokenGuardrail">The guardrail that it surely breaks, in words; null if none.</param>
public sealed record VariantReport(
    string Name,
    string Strategy,
    double Share,
    long Exposures,
    long Outcomes,
    double SuccessRate,
    double MeanReward,
    double RewardLow,
    double RewardHigh,
    double MeanRelevance,
    double MeanLatencyMs,
    double P95LatencyMs,
    double? ProbabilityBest,
    double? ExpectedLoss,
    double Composite,
    string? BrokenGuardrail);

/// <summary>Two variants compared, on the uniform slice.</summary>
/// <param name="Better">The one with the larger mean reward so far.</param>
/// <param name="Other">The other.</param>
/// <param name="Outcomes">Outcomes of both in the slice.</param>
/// <param name="Difference">The estimated difference of mean rewards, better less other.</param>
/// <param name="DifferenceLow">The lower end of an interval for it, which holds at all times at once but with the report's α.</param>
/// <param name="DifferenceHigh">The upper end.</param>
/// <param name="Lift">The difference as a part of the other's mean reward; NaN if that is 0.</param>
/// <param name="LiftLow">The lower end of an interval for it, as for the difference.</param>
/// <param name="LiftHigh">The upper end; infinite while the other's mean may be 0.</param>
/// <param name="ErrorProbability">If the better one were not better, the probability of evidence as strong as this, at any time and for any pair; 1 at most.</param>
/// <param name="IsSure">Whether that is at most the report's α.</param>
public sealed record ComparisonReport(
    string Better,
    string Other,
    long Outcomes,
    double Difference,
    double DifferenceLow,
    double DifferenceHigh,
    double Lift,
    double LiftLow,
    double LiftHigh,
    double ErrorProbability,
    bool IsSure);
