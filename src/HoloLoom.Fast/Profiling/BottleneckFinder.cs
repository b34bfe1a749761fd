using System.Globalization;

namespace HoloLoom.Fast.Profiling;

/// <summary>Finds what is slow, broken or lopsided, and names the setting that changes it.</summary>
internal static class BottleneckFinder
{
    /// <param name="summary">What was measured.</param>
    /// <param name="lookups">Look-ups in the cache.</param>
    /// <param name="open">Backends whose circuit is open.</param>
    /// <param name="options">From where on something is a bottleneck.</param>
    public static IReadOnlyList<Bottleneck> Find(ProfileSnapshot summary, long lookups, IReadOnlyList<string> open, ProfilerOptions options)
    {
        var found = new List<Bottleneck>();
        foreach (string backend in open)
        {
            found.Add(new(
                $"The circuit of {backend} is open: it is not asked.",
                $"Mend the backend; how soon it is tried again is Resilience.BreakDuration, what opens it Resilience.FailureRatio (ResilienceOf[\"{backend}\"])."));
        }

        AddBackends(found, summary.Backends, options);
        foreach (LatencySummary pattern in summary.Patterns.Where(row => row.Count >= options.MinimumSamples && row.P95Ms > options.PatternP95.TotalMilliseconds))
        {
            found.Add(new(Text($"The pattern {pattern.Name} has a p95 of {pattern.P95Ms:#,0} ms, above {options.PatternP95.TotalMilliseconds:#,0}."), Remedy(pattern.Name)));
        }

        if (summary.CacheHitRate < options.MinimumHitRate && lookups >= options.MinimumSamples)
        {
            found.Add(new(
                Text($"The result cache finds {summary.CacheHitRate:P0} of what is looked up, below {options.MinimumHitRate:P0}."),
                "Raise Cache.Capacity or Cache.Expiry, or make ExecutionRequest.Scope coarser; if queries hardly ever repeat, set Cache to null."));
        }

        if (summary.Operations.FirstOrDefault(static row => row.Name == "routing") is { } routing
            && routing.Count >= options.MinimumSamples && routing.MeanMs > options.DecisionBudget.TotalMilliseconds)
        {
            found.Add(new(
                Text($"A decision takes {routing.MeanMs * 1000:#,0.0} µs on average, above {options.DecisionBudget.TotalMicroseconds:#,0.0}."),
                "Wrap RouterOptions.Classifier in a CachedClassifier, or leave it null for the built-in one; see whether RouterOptions.CustomStrategy waits for something."));
        }

        return found;
    }

    private static void AddBackends(List<Bottleneck> found, IReadOnlyList<LatencySummary> backends, ProfilerOptions options)
    {
        long calls = backends.Sum(static row => row.Count);
        foreach (LatencySummary row in backends.Where(row => row.Count + row.Rejections >= options.MinimumSamples))
        {
            string own = $"ResilienceOf[\"{row.Name}\"]";
            if (row.P95Ms > options.BackendP95.TotalMilliseconds)
            {
                found.Add(new(
                    Text($"{row.Name} has a p95 of {row.P95Ms:#,0} ms, above {options.BackendP95.TotalMilliseconds:#,0}."),
                    $"Lower {own}.Timeout, choose the hedged pattern, or lower the latency that RewardOptions.Threshold.LatencyMs still rewards."));
            }

            double errors = row.Count == 0 ? 0 : (double)row.Errors / row.Count;
            if (errors > options.MaximumErrorRate)
            {
                found.Add(new(
                    Text($"{errors:P0} of the calls of {row.Name} fail, above {options.MaximumErrorRate:P0}."),
                    $"Mend the backend; raise {own}.Timeout if its failures are timeouts, {own}.Retries if they pass by themselves."));
            }

            if (row.Rejections >= options.MinimumSamples && row.Rejections > options.MaximumErrorRate * (row.Count + row.Rejections))
            {
                found.Add(new(
                    Text($"{row.Rejections:#,0} calls of {row.Name} were not made, because of its circuit, the deadline, or too many at once."),
                    $"If its circuit is closed, raise {own}.MaxConcurrency or OrchestratorOptions.Deadline."));
            }

            if (backends.Count > 1 && row.Count > options.MaximumTrafficShare * calls)
            {
                found.Add(new(
                    Text($"{row.Name} takes {(double)row.Count / calls:P0} of the calls, above {options.MaximumTrafficShare:P0}."),
                    "If it is not simply the best, check RouterOptions.Strategy, Prior and HalfLife; if it is, give it more capacity, or raise MaximumTrafficShare."));
            }
        }
    }

    private static string Remedy(string pattern) => pattern switch
    {
        "parallel" => "Lower OrchestratorOptions.Deadline or ParallelSecondaries: it waits for the slowest.",
        "recursive" => "Lower OrchestratorOptions.RecursivePasses or ConfidenceThreshold.",
        "chain" => "Lower OrchestratorOptions.ChainSecondaries, or lower Selector.ParallelFrom so that more queries run in parallel.",
        "strange-loop" => "Lower OrchestratorOptions.EvidenceShare, or shorten Selector.ReflectiveWords.",
        "hedged" => "Lower OrchestratorOptions.HedgeQuantile or HedgeInitialDelay.",
        _ => "Lower Resilience.Timeout, or choose the hedged pattern.",
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
