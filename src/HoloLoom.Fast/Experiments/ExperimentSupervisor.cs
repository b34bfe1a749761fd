namespace HoloLoom.Fast.Experiments;

/// <summary>Acts on an experiment's results: takes out a variant that breaks a guardrail, and gives the winner its share.</summary>
public static class ExperimentSupervisor
{
    private const string NoExperiment = "The router has no experiment; give it RouterOptions.Experiment.";

    /// <summary>
    /// Looks once, and does at most one thing: a variant that surely breaks a guardrail is taken out, and the others have the traffic that
    /// the configuration gives them, also if the variant had been promoted; else a winner is given <see cref="ExperimentOptions.PromotedShare"/>.
    /// Call it now and then, as often as you like. What was done is in the report and in the learned state.
    /// </summary>
    /// <param name="router">A router with an experiment.</param>
    /// <returns>The report after it.</returns>
    /// <exception cref="InvalidOperationException">The router has no experiment.</exception>
    public static ExperimentReport Step(Router router)
    {
        ArgumentNullException.ThrowIfNull(router);
        RunningExperiment experiment = router.Experiment
            ?? throw new InvalidOperationException(NoExperiment);
        lock (experiment.Supervision)
        {
            ExperimentReport report = ExperimentReport.Of(router);
            return RollBack(router, experiment, report) || Promote(router, experiment, report) ? ExperimentReport.Of(router) : report;
        }
    }

    /// <summary>
    /// Does <see cref="Step"/> in the background, again and again: for services, where nobody else would. Dispose of what is returned before
    /// the router.
    /// </summary>
    /// <param name="router">A router with an experiment.</param>
    /// <param name="every">The time between two steps, above 0. Recording waits for some microseconds of it.</param>
    /// <returns>Ends the supervision when it is disposed of, after the step that is being taken.</returns>
    /// <exception cref="InvalidOperationException">The router has no experiment.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is 0, negative or above 49 days.</exception>
    public static IDisposable Watch(Router router, TimeSpan every)
    {
        ArgumentNullException.ThrowIfNull(router);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(every, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(every, TimeSpan.FromDays(49));
        return router.Experiment is null
            ? throw new InvalidOperationException(NoExperiment)
            : new SupervisionTimer(router, every);
    }

    private static bool RollBack(Router router, RunningExperiment experiment, ExperimentReport report)
    {
        double[] weights = experiment.Weights;
        IReadOnlyList<VariantOptions> variants = experiment.Options.Variants;
        for (int i = 0; i < weights.Length; i++)
        {
            VariantReport row = report.Variants.First(row => row.Name == variants[i].Name);
            if (!double.IsNaN(weights[i]) && row.BrokenGuardrail is string reason && weights.Count(static w => !double.IsNaN(w)) > 1)
            {
                double[] others = [.. weights.Select((weight, j) => j == i || double.IsNaN(weight) ? double.NaN : variants[j].Weight)];
                router.MoveTraffic(others, "roll back", row.Name, reason);
                return true;
            }
        }

        return false;
    }

    private static bool Promote(Router router, RunningExperiment experiment, ExperimentReport report)
    {
        if (experiment.Options.PromotedShare is not double share || report.Winner is not string winner)
        {
            return false;
        }

        double[] weights = experiment.Weights;
        int others = weights.Count(static weight => !double.IsNaN(weight)) - 1;
        double[] promoted = [.. weights.Select((weight, i) =>
            double.IsNaN(weight) ? weight : experiment.Options.Variants[i].Name == winner ? share : (1 - share) / others)];
        if (promoted.SequenceEqual(weights))
        {
            return false;
        }

        router.MoveTraffic(promoted, "promote", winner, report.Verdict);
        return true;
    }
}
