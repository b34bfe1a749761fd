using HoloLoom.Fast.Classification;
using HoloLoom.Fast.Internals;
using HoloLoom.Fast.Learning;
using HoloLoom.Fast.Strategies;

namespace HoloLoom.Fast;

public sealed partial class Router
{
    private readonly RunningExperiment? _experiment;
    private readonly int _exposureCounters;

    /// <summary>
    /// The experiment's variants, then <c>holdout</c>; a decision's <see cref="Decision.Variant"/> is an index into them. Empty without an
    /// experiment.
    /// </summary>
    public IReadOnlyList<string> Variants { get; }

    internal RunningExperiment? Experiment => _experiment;

    /// <summary>Decides where a query goes, by the variant that the unit belongs to: the same one each time, in every process and language.</summary>
    /// <param name="query">The query, UTF-16; any length, any content.</param>
    /// <param name="available">The backends that may be chosen.</param>
    /// <param name="unit">What must stay with its variant: the id of a user, a session, a document. Without an experiment it changes nothing.</param>
    /// <exception cref="ArgumentException"><paramref name="available"/> holds none of the router's backends.</exception>
    /// <exception cref="ObjectDisposedException">The router is disposed.</exception>
    public Decision Route(ReadOnlySpan<char> query, BackendSet available, ReadOnlySpan<char> unit)
    {
        if (_experiment is null)
        {
            return Route(query, available);
        }

        ulong mask = Mask(available);
        int slot = _experiment.Sticky(unit);
        Lane<LaneState> lane = _lanes.Current;
        ClassifiedQuery classified = _customClassifier is null ? _rules.Classify(query) : Checked(_customClassifier.Classify(query));
        return Decide(lane, classified, mask, default, slot);
    }

    /// <inheritdoc cref="Route(ReadOnlySpan{char}, BackendSet, ReadOnlySpan{char})"/>
    /// <param name="utf8Query">The query, UTF-8; any length, any bytes. Invalid sequences read as U+FFFD.</param>
    /// <param name="available">The backends that may be chosen.</param>
    /// <param name="utf8Unit">What must stay with its variant, UTF-8; any bytes.</param>
    public Decision Route(ReadOnlySpan<byte> utf8Query, BackendSet available, ReadOnlySpan<byte> utf8Unit)
    {
        if (_experiment is null)
        {
            return Route(utf8Query, available);
        }

        ulong mask = Mask(available);
        int slot = _experiment.Sticky(utf8Unit);
        Lane<LaneState> lane = _lanes.Current;
        ClassifiedQuery classified = _customClassifier is null ? _rules.Classify(utf8Query) : Checked(_customClassifier.Classify(utf8Query));
        return Decide(lane, classified, mask, default, slot);
    }

    // With the lock of the stripe of the decision's block held.
    private void CreditVariant(
        in OpenedId opened, int queryType, int backend, int variant, double reward, in Outcome outcome, bool failed, bool counted)
    {
        _experiment!.Arms[variant].Posteriors.Update(queryType, backend, reward, outcome.LatencyMs);
        if (counted)
        {
            int stripe = OutcomeLedger.StripeIndex(opened.Boot, opened.Sequence >> OutcomeLedger.BlockBits);
            Count(_experiment.Tallies[stripe], variant, (opened.Variant & TrafficPlan.SliceBit) != 0, reward, outcome, failed);
        }
    }

    private void Count(ExperimentTally tally, int variant, bool inSlice, double reward, in Outcome outcome, bool failed)
    {
        bool success = !failed && (_reward is { } rule ? rule.IsSuccess(outcome.EffectiveRelevance, outcome.LatencyMs) : reward >= 0.5);
        tally.Add(variant, inSlice, reward, success, outcome.EffectiveRelevance, outcome.LatencyMs);
    }

    private RunningExperiment? BuildExperiment(double[] priorAlpha, double[] priorBeta)
    {
        if (_options.Experiment is not { } options)
        {
            return null;
        }

        var arms = new List<Arm>();
        foreach (VariantOptions variant in options.Variants)
        {
            IRoutingStrategy strategy = variant.CustomStrategy ?? BuiltInStrategies.Create(variant.Strategy, _fallback);
            (double[] alpha, double[] beta) = variant.Prior is null
                ? (priorAlpha, priorBeta)
                : BuildPrior(_options with { Prior = variant.Prior }, _queryTypes, _backends);
            arms.Add(new Arm(
                variant.Name,
                strategy,
                options.SharePosteriors ? _posteriors : new PosteriorTable(_queryTypes.Length, _backends.Length, alpha, beta, _decay)));
        }

        arms.Add(new Arm(ExperimentOptions.HoldoutName, _strategy, _posteriors));
        return new RunningExperiment(options, [.. arms]);
    }

    // The arm that made a decision, or that an outcome belongs to; the router itself without an experiment.
    private (IRoutingStrategy Strategy, PosteriorTable Posteriors) ArmOf(int variant) =>
        _experiment is { } experiment && (uint)variant < (uint)experiment.Arms.Length
            ? (experiment.Arms[variant].Strategy, experiment.Arms[variant].Posteriors)
            : (_strategy, _posteriors);

    private long[] Exposures() => Counts()[_exposureCounters..];

    // With all stripes held.
    private ExperimentTally SumTallies()
    {
        ExperimentTally sum = _experiment!.NewTally();
        sum.Add(_experiment.Retained);
        foreach (ExperimentTally tally in _experiment.Tallies)
        {
            sum.Add(tally);
        }

        return sum;
    }
}
