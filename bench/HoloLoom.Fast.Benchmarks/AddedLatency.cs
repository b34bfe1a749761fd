using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using HoloLoom.Fast.Benchmarks.Reporting;
using HoloLoom.Fast.Execution;

namespace HoloLoom.Fast.Benchmarks;

/// <summary>
/// What an orchestrator adds to backends that take 10 ms, and what the result cache saves and costs. The backends time themselves from the
/// call to the last line before the answer; what the caller waits beyond that (in parallel: beyond the slowest) is added.
/// </summary>
internal static class AddedLatency
{
    private const int Executions = 500;
    private const int Entries = 10_000;
    private const string Alone = "(awaited alone)";

    public static async Task<int> RunAsync(ResultFiles? files)
    {
        Console.WriteLine(Machine.Current);
        var table = new StringBuilder($"Backends of 10 ms, {Executions} executions each.\n\n");
        table.Append("| pattern | backends called | one at a time, added, µs: mean | median | p95 | 16 at a time: mean | median | p95 |\n|---|---:|---:|---:|---:|---:|---:|---:|\n");
        var results = new List<object>();
        foreach (string pattern in (string[])[Alone, .. ExecutionPatterns.All])
        {
            (double calls, double[] one) = await MeasureAsync(pattern, callers: 1);
            (_, double[] many) = await MeasureAsync(pattern, callers: 16);
            table.Append(CultureInfo.InvariantCulture, $"| {pattern} | {calls:0.##} | {one.Average():F1} | {Median(one):F1} | {P95(one):F1} ")
                .Append(CultureInfo.InvariantCulture, $"| {many.Average():F1} | {Median(many):F1} | {P95(many):F1} |\n");
            results.Add(new { pattern, calls, one = Summary(one), many = Summary(many) });
        }

        await AddCacheAsync(table, results);
        Console.Write(table);
        files?.Write("AddedLatency", table.ToString(), results);
        return 0;
    }

    private static double Median(double[] sorted) => sorted[sorted.Length / 2];

    private static double P95(double[] sorted) => sorted[sorted.Length * 95 / 100];

    private static object Summary(double[] added) =>
        new { meanUs = Math.Round(added.Average(), 2), medianUs = Math.Round(Median(added), 2), p95Us = Math.Round(P95(added), 2) };

    // Sorted.
    private static async Task<(double Calls, double[] Added)> MeasureAsync(string pattern, int callers)
    {
        using Router router = TrainedRouter.Create("thompson");
        TimedBackend[] backends = [.. router.Backends.Take(pattern == ExecutionPatterns.Parallel ? 3 : 4).Select(name => new TimedBackend(name, callers) { Latency = TimeSpan.FromMilliseconds(10) })];

        // Scores are high and the hedge's wait is long, so that none but parallel and chain calls more than one.
        var options = new OrchestratorOptions { HedgeInitialDelay = TimeSpan.FromSeconds(1), HedgeMinimumSamples = int.MaxValue, EvidenceShare = 100 };
        var orchestrator = new Orchestrator(router, backends, options);
        var added = new ConcurrentBag<double>();
        int left = 0;
        async Task Call(int caller)
        {
            var request = new ExecutionRequest($"who wrote the paper on attention {(char)('A' + caller)}") { Pattern = pattern };
            Func<Task> execute = pattern == Alone
                ? async () => await backends[0].SearchAsync(new BackendQuery(request.Query, 10, []), default)
                : async () => await orchestrator.ExecuteAsync(request);
            while (Interlocked.Decrement(ref left) >= 0)
            {
                Array.ForEach(backends, backend => backend.Ticks[caller] = 0);
                long start = Stopwatch.GetTimestamp();
                await execute();
                long total = Stopwatch.GetTimestamp() - start;
                long own = pattern == ExecutionPatterns.Chain ? backends.Sum(backend => backend.Ticks[caller]) : backends.Max(backend => backend.Ticks[caller]);
                added.Add((total - own) * 1e6 / Stopwatch.Frequency);
            }
        }

        foreach (int executions in (int[])[200 * callers, Executions * callers])
        {
            Array.ForEach(backends, static backend => backend.Reset());
            added.Clear();
            left = executions;
            await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => Call(caller))));
        }

        double[] sorted = [.. added.Order()];
        return (backends.Sum(static backend => backend.Calls) / (double)sorted.Length, sorted);
    }

    private static async Task AddCacheAsync(StringBuilder table, List<object> results)
    {
        using var router = new Router(new RouterOptions { Seed = 1 });
        var backend = new TimedBackend(router.Backends[0], 0) { Latency = TimeSpan.FromMilliseconds(1) };
        var options = new OrchestratorOptions { Cache = new ResultCacheOptions { Capacity = 2 * Entries }, FeedbackWindow = 0 };
        var orchestrator = new Orchestrator(router, [backend], options);
        var misses = new double[500];
        for (int i = 0; i < misses.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await orchestrator.ExecuteAsync($"warm {i}");
            misses[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        Array.Sort(misses);
        double miss = misses[misses.Length / 2];
        double hit = double.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long begin = Stopwatch.GetTimestamp();
            for (int i = 0; i < 1_000_000; i++)
            {
                await orchestrator.ExecuteAsync("warm 0");
            }

            hit = Math.Min(hit, Stopwatch.GetElapsedTime(begin).TotalNanoseconds / 1e6);
        }

        // The queries and the results' texts live elsewhere: an entry's memory is what is free when all are forgotten.
        backend.Latency = TimeSpan.Zero;
        string[] queries = [.. Enumerable.Range(0, Entries).Select(static i => $"a query of thirty-four letters {i:D3}")];
        foreach (string query in queries)
        {
            await orchestrator.ExecuteAsync(query);
        }

        int entries = orchestrator.CacheStatistics.Count;
        long full = GC.GetTotalMemory(forceFullCollection: true);
        orchestrator.ClearCache();
        double bytes = (full - GC.GetTotalMemory(forceFullCollection: true)) / (double)entries;
        GC.KeepAlive(queries);
        table.Append(CultureInfo.InvariantCulture, $"\n| result cache over a backend of 1 ms | |\n|---|---:|\n| hit, ns | {hit:F0} |\n| miss, µs (median) | {miss:F0} |\n")
            .Append(CultureInfo.InvariantCulture, $"| miss / hit | {miss * 1000 / hit:F0} |\n| bytes per entry of three results, without its strings | {bytes:F0} |\n");
        results.Add(new { cache = "hit", hitNs = Math.Round(hit, 1), missUs = Math.Round(miss, 1), bytesPerEntry = Math.Round(bytes) });
    }

    private sealed class TimedBackend(string name, int callers) : IBackend
    {
        private readonly SearchResult[] _results = [new($"{name}-1", 0.95), new($"{name}-2", 0.9), new($"{name}-3", 0.9)];
        private int _calls;

        public string Name => name;

        public TimeSpan Latency { get; set; }

        public int Calls => _calls;

        /// <summary>How long the latest call of each caller took. A query ends with its caller's letter.</summary>
        public long[] Ticks { get; } = new long[callers];

        public void Reset() => _calls = 0;

        public async ValueTask<IReadOnlyList<SearchResult>> SearchAsync(BackendQuery query, CancellationToken cancellationToken)
        {
            long start = Stopwatch.GetTimestamp();
            if (Latency > TimeSpan.Zero)
            {
                await Task.Delay(Latency, cancellationToken).ConfigureAwait(false);
            }

            Interlocked.Increment(ref _calls);
            int caller = query.Text[^1] - 'A';
            long end = Stopwatch.GetTimestamp();
            if (caller >= 0 && caller < Ticks.Length)
            {
                Ticks[caller] = end - start;
            }

            return _results;
        }
    }
}
