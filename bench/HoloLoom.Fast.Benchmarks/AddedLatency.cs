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

    public static async Task<int> RunAsync(ResultFiles? files)
    {
        Console.WriteLine(Machine.Current);
        var table = new StringBuilder($"Backends of 10 ms, {Executions} executions each.\n\n| pattern | backends called | added, µs: mean | median | p95 |\n|---|---:|---:|---:|---:|\n");
        var results = new List<object>();
        using Router router = TrainedRouter.Create("thompson");
        TimedBackend[] backends = [.. router.Backends.Take(4).Select(static name => new TimedBackend(name) { Latency = TimeSpan.FromMilliseconds(10) })];
        foreach (string pattern in (string[])["(awaited alone)", .. ExecutionPatterns.All])
        {
            // Scores are high and the hedge's wait is long, so that none but parallel and chain calls more than one.
            var options = new OrchestratorOptions { HedgeInitialDelay = TimeSpan.FromSeconds(1), HedgeMinimumSamples = int.MaxValue, EvidenceShare = 100 };
            var orchestrator = new Orchestrator(router, backends[..(pattern == ExecutionPatterns.Parallel ? 3 : 4)], options);
            var request = new ExecutionRequest("who wrote the paper on attention") { Pattern = pattern };
            Func<Task> execute = pattern[0] == '('
                ? async () => await backends[0].SearchAsync(new BackendQuery(request.Query, 10, []), default)
                : async () => await orchestrator.ExecuteAsync(request);
            double[] added = await MeasureAsync(execute, backends, pattern == ExecutionPatterns.Chain);
            (double mean, double median, double p95) = (added.Average(), added[Executions / 2], added[Executions * 95 / 100]);
            double calls = backends.Sum(static backend => backend.Calls) / (double)Executions;
            table.Append(CultureInfo.InvariantCulture, $"| {pattern} | {calls:0.##} | {mean:F1} | {median:F1} | {p95:F1} |\n");
            results.Add(new { pattern, calls, meanUs = Math.Round(mean, 2), medianUs = Math.Round(median, 2), p95Us = Math.Round(p95, 2) });
        }

        await AddCacheAsync(table, results);
        Console.Write(table);
        files?.Write("AddedLatency", table.ToString(), results);
        return 0;
    }

    // Sorted.
    private static async Task<double[]> MeasureAsync(Func<Task> execute, TimedBackend[] backends, bool isInSequence)
    {
        for (int i = 0; i < 200; i++)
        {
            await execute();
        }

        Array.ForEach(backends, static backend => backend.Calls = 0);
        var added = new double[Executions];
        for (int i = 0; i < Executions; i++)
        {
            Array.ForEach(backends, static backend => backend.LastTicks = 0);
            long start = Stopwatch.GetTimestamp();
            await execute();
            long total = Stopwatch.GetTimestamp() - start;
            long own = isInSequence ? backends.Sum(static backend => backend.LastTicks) : backends.Max(static backend => backend.LastTicks);
            added[i] = (total - own) * 1e6 / Stopwatch.Frequency;
        }

        Array.Sort(added);
        return added;
    }

    private static async Task AddCacheAsync(StringBuilder table, List<object> results)
    {
        using var router = new Router(new RouterOptions { Seed = 1 });
        var backend = new TimedBackend(router.Backends[0]) { Latency = TimeSpan.FromMilliseconds(1) };
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

    private sealed class TimedBackend(string name) : IBackend
    {
        private readonly SearchResult[] _results = [new($"{name}-1", 0.95), new($"{name}-2", 0.9), new($"{name}-3", 0.9)];

        public string Name => name;

        public TimeSpan Latency { get; set; }

        public int Calls { get; set; }

        public long LastTicks { get; set; }

        public async ValueTask<IReadOnlyList<SearchResult>> SearchAsync(BackendQuery query, CancellationToken cancellationToken)
        {
            long start = Stopwatch.GetTimestamp();
            if (Latency > TimeSpan.Zero)
            {
                await Task.Delay(Latency, cancellationToken).ConfigureAwait(false);
            }

            Calls++;
            LastTicks = Stopwatch.GetTimestamp() - start;
            return _results;
        }
    }
}
