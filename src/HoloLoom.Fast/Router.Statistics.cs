using HoloLoom.Fast.Learning;
using HoloLoom.Fast.Persistence;

namespace HoloLoom.Fast;

public sealed partial class Router
{
    /// <summary>Counts, posteriors with 95 % credible intervals, and latencies at this moment. Recording waits for some microseconds.</summary>
    public RouterStatistics GetStatistics() =>
        Summarise(TakeSnapshot(withLedger: false), Strategy, _queryTypes, _backends, _decay?.Age);

    /// <summary>Reads the statistics of a state directory, which a router may be using: what it last flushed.</summary>
    /// <param name="stateDirectory">The directory.</param>
    /// <exception cref="IOException">There is no state, or none that is intact.</exception>
    public static RouterStatistics ReadStatistics(string stateDirectory)
    {
        ArgumentException.ThrowIfNullOrEmpty(stateDirectory);
        StateSnapshot snapshot = StateDirectory.ReadOnly(stateDirectory).Snapshot
            ?? throw new FileNotFoundException($"There is no state in '{stateDirectory}'. Route with this state directory first.", stateDirectory);
        ConfigurationNames names = snapshot.Generations[^1];
        string strategy = snapshot.DecisionsByStrategy.Count == 0 ? "" : snapshot.DecisionsByStrategy.MaxBy(static pair => pair.Value).Key;
        return Summarise(snapshot, strategy, names.QueryTypes, names.Backends, AgeOf(snapshot));
    }

    private static double? AgeOf(StateSnapshot snapshot)
    {
        if (snapshot.HalfLifeSeconds is not double halfLife)
        {
            return null;
        }

        var decay = new ForwardDecay(TimeSpan.FromSeconds(halfLife), TimeProvider.System);
        decay.AdvanceTo(snapshot.SavedAt);
        return decay.Age;
    }

    private static RouterStatistics Summarise(StateSnapshot snapshot, string strategy, string[] queryTypes, string[] backends, double? age)
    {
        VariantState[] variants = [.. snapshot.Experiments.Find(static experiment => experiment.Running)?.Variants.Where(static variant => variant.Configured) ?? []];
        return new RouterStatistics(
            strategy,
            snapshot.DecisionsByStrategy.Values.Sum(),
            snapshot.OutcomesByResult[(int)RecordResult.Accepted],
            snapshot.DecisionsByStrategy,
            new Dictionary<string, long>
            {
                ["accepted"] = snapshot.OutcomesByResult[(int)RecordResult.Accepted],
                ["duplicate"] = snapshot.OutcomesByResult[(int)RecordResult.Duplicate],
                ["expired"] = snapshot.OutcomesByResult[(int)RecordResult.Expired],
                ["unknown"] = snapshot.OutcomesByResult[(int)RecordResult.Unknown],
            },
            Types(snapshot.Cells))
        {
            DecisionsByVariant = variants.ToDictionary(static variant => variant.Name, static variant => variant.Exposures),
            Variants = [.. variants.Where(static variant => variant.Cells.Count > 0).Select(variant => new VariantStatistics(variant.Name, Types(variant.Cells)))],
        };

        QueryTypeStatistics[] Types(List<CellState> states)
        {
            Dictionary<(string, string), CellState> cells = states.ToDictionary(static cell => (cell.QueryType, cell.Backend));
            return [.. queryTypes.Select(type =>
            {
                CellStatistics[] row = [.. backends.Select(backend =>
                    Summarise(cells.GetValueOrDefault((type, backend)) ?? new CellState { QueryType = type, Backend = backend }, age))];
                return new QueryTypeStatistics(type, row.Sum(static cell => cell.Decisions), row);
            })];
        }
    }

    private static CellStatistics Summarise(CellState cell, double? age)
    {
        double successes = age is double present ? ForwardDecay.Effective(cell.Successes, cell.Epoch, present) : cell.Successes;
        double failures = age is double now ? ForwardDecay.Effective(cell.Failures, cell.Epoch, now) : cell.Failures;
        double alpha = cell.PriorAlpha + successes;
        double beta = cell.PriorBeta + failures;
        double outcomes = Math.Max(1, cell.Outcomes);
        return new CellStatistics(
            cell.Backend,
            alpha,
            beta,
            alpha / (alpha + beta),
            BetaDistribution.Quantile(0.025, alpha, beta),
            BetaDistribution.Quantile(0.975, alpha, beta),
            cell.Decisions,
            cell.Outcomes,
            cell.RewardSum / outcomes,
            cell.LatencySumMs / outcomes,
            cell.LatencyMaxMs);
    }
}
