using System.Diagnostics;
using System.Globalization;

namespace HoloLoom.Fast.Execution;

/// <summary>
/// The four tables that the original HoloLoom router published (PERFORMANCE_SUMMARY.md of 2025-10-27; Windows, Python 3.12), measured here and
/// now: decision speed, rules and learned, execution patterns over a slow backend, scale. Published figures stand beside.
/// </summary>
public static class RoutingBenchmark
{
    private static readonly string[] s_queries =
    [
        "who wrote the paper on attention", "find documents similar to this one", "my favorite articles about graphs", "what is new today",
        "when did the project start", "compare these two methods", "show me what i read last week", "how does the cache work",
        "which people are connected to the lab", "look for examples of sampling", "user preference for dark mode", "the latest release notes",
        "where is the meeting", "something like a summary", "explain posterior distributions", "the relationship between cause and effect",
    ];

    /// <summary>Measures all tables, in some seconds.</summary>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="progress">Is told what is measured next.</param>
    /// <param name="cancellationToken">Ends the measurement.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is not usable.</exception>
    public static async Task<IReadOnlyList<BenchmarkTable>> RunAllAsync(
        RoutingBenchmarkOptions? options = null, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new RoutingBenchmarkOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Decisions, 1000, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Executions, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BackendLatency, TimeSpan.Zero, nameof(options));
        ArgumentNullException.ThrowIfNull(options.Scales, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Scales.DefaultIfEmpty(1).Min(), 1, nameof(options));
        var tables = new List<BenchmarkTable>();
        foreach ((string title, Func<Task<BenchmarkTable>> measure) in ((string, Func<Task<BenchmarkTable>>)[])
        [
            ("decision speed", () => Task.FromResult(DecisionSpeed(options))),
            ("rules and learned", () => Task.FromResult(RulesAndLearned(options, cancellationToken))),
            ("execution patterns", () => PatternsAsync(options, cancellationToken)),
            ("scale", () => Task.FromResult(Scale(options, cancellationToken))),
        ])
        {
            cancellationToken.ThrowIfCancellationRequested();
            progress?.Report(title);
            tables.Add(await measure().ConfigureAwait(false));
        }

        return tables;
    }

    private static BenchmarkTable DecisionSpeed(RoutingBenchmarkOptions options)
    {
        using Router router = Create("rules");
        return new BenchmarkTable(
            "Decision speed",
            "Decisions by rule. Published: 1,000 queries.",
            [Measure("rules", options.Decisions, router) with { PublishedPerSecond = 41_670, PublishedMeanMs = 0.02 }]);
    }

    private static BenchmarkTable RulesAndLearned(RoutingBenchmarkOptions options, CancellationToken token)
    {
        var rows = new List<BenchmarkRow>();
        foreach ((string strategy, double perSecond, double mean) in ((string, double, double)[])[("rules", 49_998, 0.02), ("thompson", 19_995, 0.05)])
        {
            token.ThrowIfCancellationRequested();
            using Router router = Create(strategy);
            double reward = Simulate(router, options.Decisions / 10);
            rows.Add(Measure(strategy, options.Decisions, router) with { Reward = reward, PublishedPerSecond = perSecond, PublishedMeanMs = mean });
        }

        return new BenchmarkTable(
            "Rules and learned",
            $"Reward: over {(options.Decisions / 10).ToString("N0", CultureInfo.InvariantCulture)} decisions in a world where every backend succeeds in 60 % "
            + "of its calls, and the one after the rule's choice in 90 %. Speed: after that. Published: 100 queries each, no reward.",
            rows);
    }

    private static async Task<BenchmarkTable> PatternsAsync(RoutingBenchmarkOptions options, CancellationToken token)
    {
        using Router router = Create("rules");
        IBackend[] backends = [.. router.Backends.Take(4).Select(name => new Waiting(name, options.BackendLatency))];
        var orchestrator = new Orchestrator(router, backends);
        var rows = new List<BenchmarkRow>
        {
            await TimeAsync("the backend alone", options.Executions, async query =>
                await backends[0].SearchAsync(new BackendQuery(query, 10, []), token).ConfigureAwait(false)).ConfigureAwait(false),
        };
        foreach (string pattern in ExecutionPatterns.All)
        {
            BenchmarkRow row = await TimeAsync(pattern, options.Executions, async query =>
                await orchestrator.ExecuteAsync(new ExecutionRequest(query) { Pattern = pattern }, token).ConfigureAwait(false)).ConfigureAwait(false);
            rows.Add(pattern switch
            {
                ExecutionPatterns.FeedForward => row with { PublishedPerSecond = 65, PublishedMeanMs = 15.35 },
                ExecutionPatterns.Recursive => row with { PublishedPerSecond = 65, PublishedMeanMs = 15.36 },
                ExecutionPatterns.Parallel => row with { PublishedPerSecond = 64, PublishedMeanMs = 15.69 },
                _ => row,
            });
        }

        return new BenchmarkTable(
            "Execution patterns",
            string.Create(CultureInfo.InvariantCulture, $"Over 4 backends that wait for {options.BackendLatency.TotalMilliseconds:0.#} ms and then score 0.9; ")
            + "a strange loop may call two, a chain calls three. Published: 50 queries over one of 10 ms.",
            rows);
    }

    private static BenchmarkTable Scale(RoutingBenchmarkOptions options, CancellationToken token)
    {
        var rows = new List<BenchmarkRow>();
        foreach (int queries in options.Scales)
        {
            token.ThrowIfCancellationRequested();
            using Router router = Create("rules");
            BenchmarkRow row = Measure(queries.ToString("N0", CultureInfo.InvariantCulture), queries, router);
            rows.Add(queries switch
            {
                100 => row with { PublishedPerSecond = 20_003, PublishedMeanMs = 0.05 },
                1000 => row with { PublishedPerSecond = 24_998, PublishedMeanMs = 0.04 },
                _ => row,
            });
        }

        return new BenchmarkTable("Scale", "Decisions by rule, each row with a router of its own.", rows);
    }

    private static Router Create(string strategy)
    {
        var router = new Router(new RouterOptions { Strategy = strategy, Seed = 1 });
        for (int i = 0; i < 20_000; i++)
        {
            // A service is warm, and so is what it is compared with.
            router.Route(s_queries[i % s_queries.Length]);
        }

        return router;
    }

    private static BenchmarkRow Measure(string name, int decisions, Router router)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < decisions; i++)
        {
            router.Route(s_queries[i & 15]);
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var single = new double[Math.Min(decisions, 100_000)];
        for (int i = 0; i < single.Length; i++)
        {
            long before = Stopwatch.GetTimestamp();
            router.Route(s_queries[i & 15]);
            single[i] = Milliseconds(before);
        }

        return Row(name, decisions, seconds, single);
    }

    private static async Task<BenchmarkRow> TimeAsync(string name, int executions, Func<string, Task> execute)
    {
        await execute(s_queries[0]).ConfigureAwait(false);
        var single = new double[executions];
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < executions; i++)
        {
            long before = Stopwatch.GetTimestamp();
            await execute(s_queries[i & 15]).ConfigureAwait(false);
            single[i] = Milliseconds(before);
        }

        return Row(name, executions, Stopwatch.GetElapsedTime(start).TotalSeconds, single);
    }

    // A TimeSpan would count in 100 ns.
    private static double Milliseconds(long since) => (Stopwatch.GetTimestamp() - since) * 1000.0 / Stopwatch.Frequency;

    private static BenchmarkRow Row(string name, int queries, double seconds, double[] single)
    {
        Array.Sort(single);
        return new BenchmarkRow(name, queries, queries / seconds, seconds * 1000 / queries, Quantile(0.95), Quantile(0.99));

        double Quantile(double part) => single[(int)Math.Ceiling(part * single.Length) - 1];
    }

    private static double Simulate(Router router, int decisions)
    {
        var random = new Random(1);
        int[] rule = [.. router.Options.QueryTypes.Select(type => Array.IndexOf([.. router.Backends], type.Backend))];
        double rewards = 0;
        for (int i = 0; i < decisions; i++)
        {
            Decision decision = router.Route(s_queries[i & 15]);
            int best = (rule[decision.QueryType] + 1) % router.Backends.Count;
            double reward = random.NextDouble() < (decision.Backend == best ? 0.9 : 0.6) ? 1 : 0;
            rewards += reward;
            router.Record(decision.Id, new Outcome(reward, 1));
        }

        return rewards / decisions;
    }

    private sealed class Waiting(string name, TimeSpan latency) : IBackend
    {
        private readonly SearchResult[] _results = [new($"{name}-1", 0.9), new($"{name}-2", 0.9)];

        public string Name => name;

        public async ValueTask<IReadOnlyList<SearchResult>> SearchAsync(BackendQuery query, CancellationToken cancellationToken)
        {
            await Task.Delay(latency, cancellationToken).ConfigureAwait(false);
            return _results;
        }
    }
}
