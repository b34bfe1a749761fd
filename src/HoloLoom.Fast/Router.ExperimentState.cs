using HoloLoom.Fast.Learning;
using HoloLoom.Fast.Persistence;

namespace HoloLoom.Fast;

public sealed partial class Router
{
    private List<ExperimentState> _otherExperiments = [];
    private List<VariantState> _goneVariants = [];
    private List<PairState> _gonePairs = [];
    private long _trafficMoves;

    // With all stripes held.
    private void AddExperiments(StateSnapshot snapshot, ReadOnlySpan<long> exposures)
    {
        snapshot.Experiments.AddRange(_otherExperiments);
        if (_experiment is not { } experiment)
        {
            return;
        }

        ExperimentTally tally = SumTallies();
        TrafficPlan plan = experiment.Plan;
        double[] weights = experiment.Weights;
        int variants = experiment.Options.Variants.Count;
        var state = new ExperimentState
        {
            Name = experiment.Options.Name,
            Running = true,
            SharePosteriors = experiment.Options.SharePosteriors,
            ByUnit = experiment.ByUnit,
            Holdout = experiment.Options.Holdout,
            Alpha = experiment.Options.Alpha,
            Slice = plan.Slice,
            FailureRate = experiment.Options.Guardrails.FailureRate,
            P95LatencyMs = experiment.Options.Guardrails.P95LatencyMs,
            Steps = [.. experiment.Steps.Select(static step => new StepState { At = step.At, Kind = step.Kind, Variant = step.Variant, Reason = step.Reason })],
        };
        for (int i = 0; i < experiment.Arms.Length; i++)
        {
            VariantTally arm = tally.Arms[i];
            int slice = i | TrafficPlan.SliceBit;
            bool isVariant = i < variants;
            state.Variants.Add(new VariantState
            {
                Name = experiment.Arms[i].Name,
                Strategy = experiment.Arms[i].Strategy.Name,
                Configured = true,
                ConfiguredWeight = isVariant ? experiment.Options.Variants[i].Weight : 0,
                Weight = isVariant && !double.IsNaN(weights[i]) ? weights[i] : null,
                Share = isVariant ? plan.Shares[i] : 0,
                Exposures = exposures[i] + exposures[slice] + experiment.RetainedExposures[i] + experiment.RetainedExposures[slice],
                SliceExposures = exposures[slice] + experiment.RetainedExposures[slice],
                BeforeChange = experiment.BeforeChange[slice],
                Successes = arm.Successes,
                Slow = arm.Slow,
                RelevanceSum = arm.RelevanceSum,
                LatencySumMs = arm.LatencySumMs,
                Rewards = Numbers(arm.Rewards),
                SliceRewards = Numbers(arm.SliceRewards),
                Latencies = [.. Enumerable.Range(0, LatencyHistogram.Buckets).Where(b => arm.Latencies[b] > 0).SelectMany(b => (long[])[b, arm.Latencies[b]])],
                Cells = isVariant && !experiment.Options.SharePosteriors ? CellsOf(experiment.Arms[i].Posteriors) : [],
            });
            for (int j = i + 1; j < variants; j++)
            {
                state.Pairs.Add(new PairState
                {
                    First = experiment.Arms[i].Name,
                    Second = experiment.Arms[j].Name,
                    Sums = Numbers(tally.Pairs[i * variants + j]),
                });
            }
        }

        state.Variants.AddRange(_goneVariants);
        state.Pairs.AddRange(_gonePairs);
        snapshot.Experiments.Add(state);
    }

    internal ExperimentState? ReadExperiment() => _experiment is null ? null : TakeSnapshot(withLedger: false).Experiments[^1];

    private List<CellState> CellsOf(PosteriorTable posteriors)
    {
        var cells = new List<CellState>();
        for (int row = 0; row < _queryTypes.Length; row++)
        {
            for (int backend = 0; backend < _backends.Length; backend++)
            {
                cells.Add(StateOf(row, backend, posteriors.Read(row, backend)));
            }
        }

        return cells;
    }

    private CellState StateOf(int row, int backend, in CellEvidence evidence) => new()
    {
        QueryType = _queryTypes[row],
        Backend = _backends[backend],
        PriorAlpha = evidence.PriorAlpha,
        PriorBeta = evidence.PriorBeta,
        Successes = evidence.Successes,
        Failures = evidence.Failures,
        Epoch = evidence.Epoch,
        Outcomes = evidence.Outcomes,
        RewardSum = evidence.RewardSum,
        LatencySumMs = evidence.LatencySumMs,
        LatencyMaxMs = evidence.LatencyMaxMs,
    };

    private void RestoreExperiments(StateSnapshot saved)
    {
        foreach (ExperimentState other in saved.Experiments)
        {
            if (other.Running && other.Name != _experiment?.Options.Name)
            {
                _stateMessages.Add(
                    $"The experiment '{other.Name}' is not in the configuration: outcomes of its decisions teach the router and are not counted for its "
                    + "variants. What it counted stays in the state, and is used again if the name comes back.");
            }

            other.Running = false;
        }

        ExperimentState? state = saved.Experiments.Find(state => state.Name == _experiment?.Options.Name);
        _otherExperiments = [.. saved.Experiments.Where(other => other != state)];
        if (_experiment is not { } experiment || state is null)
        {
            return;
        }

        experiment.ByUnit = state.ByUnit;
        foreach (VariantState variant in state.Variants)
        {
            int arm = Array.FindIndex(experiment.Arms, known => known.Name == variant.Name);
            if (arm < 0)
            {
                variant.Configured = false;
                variant.Cells.ForEach(cell => (cell.Successes, cell.Failures, cell.Epoch) = InUnitsOfNow(cell, saved));
                _goneVariants.Add(variant);
                continue;
            }

            RestoreVariant(experiment, arm, variant, saved);
        }

        int variants = experiment.Options.Variants.Count;
        foreach (PairState pair in state.Pairs)
        {
            int first = Array.FindIndex(experiment.Arms, arm => arm.Name == pair.First);
            int second = Array.FindIndex(experiment.Arms, arm => arm.Name == pair.Second);
            if (first < 0 || second < 0 || first >= variants || second >= variants)
            {
                _gonePairs.Add(pair);
                continue;
            }

            PowerSums sums = Sums(pair.Sums);
            experiment.Retained.Pairs[Math.Min(first, second) * variants + Math.Max(first, second)] = first < second ? sums : sums.Negated;
        }

        experiment.Steps = [.. state.Steps.Select(static step => new TrafficStep(step.At, step.Kind, step.Variant, step.Reason))];
        RestoreTraffic(experiment, state);
    }

    private void RestoreVariant(RunningExperiment experiment, int arm, VariantState variant, StateSnapshot saved)
    {
        VariantTally tally = experiment.Retained.Arms[arm];
        experiment.RetainedExposures[arm] = variant.Exposures - variant.SliceExposures;
        experiment.RetainedExposures[arm | TrafficPlan.SliceBit] = variant.SliceExposures;
        experiment.BeforeChange[arm | TrafficPlan.SliceBit] = variant.BeforeChange;
        (tally.Rewards, tally.SliceRewards) = (Sums(variant.Rewards), Sums(variant.SliceRewards));
        (tally.Successes, tally.Slow) = (variant.Successes, variant.Slow);
        (tally.RelevanceSum, tally.LatencySumMs) = (variant.RelevanceSum, variant.LatencySumMs);
        for (int i = 0; i + 1 < variant.Latencies.Length; i += 2)
        {
            if ((ulong)variant.Latencies[i] < LatencyHistogram.Buckets)
            {
                tally.Latencies[variant.Latencies[i]] = variant.Latencies[i + 1];
            }
        }

        if (experiment.Arms[arm].Posteriors == _posteriors)
        {
            return;
        }

        foreach (CellState cell in variant.Cells)
        {
            int row = Array.IndexOf(_queryTypes, cell.QueryType);
            int backend = Array.IndexOf(_backends, cell.Backend);
            if (row >= 0 && backend >= 0)
            {
                experiment.Arms[arm].Posteriors.Restore(row, backend, Converted(cell, saved));
            }
        }
    }

    // Traffic that was moved stays moved, unless the configuration now says otherwise.
    private static void RestoreTraffic(RunningExperiment experiment, ExperimentState state)
    {
        double[] weights = [.. experiment.Options.Variants.Select(static variant => variant.Weight)];
        double[] moved = [.. weights];
        bool sameWeights = true;
        bool sameVariants = state.Variants.Count(static variant => variant.Configured) == experiment.Arms.Length;
        for (int i = 0; i < weights.Length; i++)
        {
            VariantState? variant = state.Variants.Find(variant => variant.Name == experiment.Arms[i].Name && variant.Configured);
            sameVariants &= variant is not null;
            sameWeights &= variant is not null && variant.ConfiguredWeight == weights[i];
            moved[i] = variant?.Weight ?? double.NaN;
        }

        if (sameVariants && sameWeights)
        {
            experiment.SetWeights(moved);
            return;
        }

        if (!sameVariants || moved.Any(double.IsNaN))
        {
            experiment.RetainedExposures.CopyTo(experiment.BeforeChange, 0);
        }
    }

    /// <summary>Moves the experiment's traffic, and notes why.</summary>
    /// <param name="weights">Per variant; NaN takes a variant out.</param>
    /// <param name="kind">What is done.</param>
    /// <param name="variant">To whom.</param>
    /// <param name="reason">Why.</param>
    internal void MoveTraffic(double[] weights, string kind, string variant, string reason)
    {
        RunningExperiment experiment = _experiment!;
        var step = new TrafficStep(_options.TimeProvider.GetUtcNow(), kind, variant, reason);
        lock (_flushGate)
        {
            bool othersRun = !weights.Select(double.IsNaN).SequenceEqual(experiment.Weights.Select(double.IsNaN));
            experiment.SetWeights(weights);
            experiment.Steps = [.. experiment.Steps, step];
            if (othersRun)
            {
                long[] exposures = Exposures();
                for (int i = 0; i < exposures.Length; i++)
                {
                    experiment.BeforeChange[i] = exposures[i] + experiment.RetainedExposures[i];
                }
            }
        }

        Interlocked.Increment(ref _trafficMoves);
    }

    private static double[] Numbers(in PowerSums sums) => [sums.Count, sums.S1, sums.S2, sums.S3, sums.S4];

    private static PowerSums Sums(double[] numbers) => numbers.Length < 5 ? default : new(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
}
