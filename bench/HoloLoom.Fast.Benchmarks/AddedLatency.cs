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
    private const int Rounds = 10;
    private const int Callers = 16;
    private const int Entries = 10_000;
    private const string Alone = "(awaited alone)";

    public static async Task<int> RunAsync(ResultFiles? files)
    {
        Console.WriteLine(Machine.Current);
        Subject[] subjects = [.. ((string[])[Alone, .. ExecutionPatterns.All]).Select(static pattern => new Subject(pattern))];
        foreach (Subject subject in subjects)
        {
            await subject.WarmAsync();
        }

        // In turns: what the machine does meanwhile falls on all alike. One at a time is measured before the load is, which would leave garbage
        // to collect and caches of its own to those who come one at a time.
        for (int round = 0; round < Rounds; round++)
        {
            foreach (Subject subject in subjects)
            {
                await subject.MeasureAsync(callers: 1, Executions / Rounds, subject.One);
            }
        }

        for (int round = 0; round < Rounds; round++)
        {
            foreach (Subject subject in subjects)
            {
                await subject.MeasureAsync(Callers, Callers * Executions / Rounds, subject.Many);
            }
        }

        var table = new StringBuilder($"Backends of 10 ms, {Executions} executions each.\n\n");
        table.Append("| pattern | backends called | one at a time, added, µs: mean | median | p95 | 16 at a time: mean | median | p95 |\n|---|---:|---:|---:|---:|---:|---:|---:|\n");
        var results = new List<object>();
        foreach (Subject subject in subjects)
        {
            double[] one = [.. subject.One.Order()], many = [.. subject.Many.Order()];
            table.Append(CultureInfo.InvariantCulture, $"| {subject.Pattern} | {subject.BackendsCalled:0.##} | {one.Average():F1} | {Median(one):F1} | {P95(one):F1} ")
                .Append(CultureInfo.InvariantCulture, $"| {many.Average():F1} | {Median(many):F1} | {P95(many):F1} |\n");
            results.Add(new { subject.Pattern, Calls = subject.BackendsCalled, One = Summary(one), Many = Summary(many) });
            subject.Dispose();
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

    /// <summary>One pattern, with a router and backends of its own.</summary>
    private sealed class Subject : IDisposable
    {
        private readonly Router _router;
        private readonly TimedBackend[] _backends;
        private readonly Orchestrator _orchestrator;
        private long _executions;

        public Subject(string pattern)
        {
            Pattern = pattern;
            _router = TrainedRouter.Create("thompson");
            _backends = [.. _router.Backends.Take(pattern == ExecutionPatterns.Parallel ? 3 : 4)
                .Select(static name => new TimedBackend(name, Callers) { Latency = TimeSpan.FromMilliseconds(10) })];

            // Scores are high and the hedge's wait is long, so that none but parallel and chain calls more than one.
            var options = new OrchestratorOptions { HedgeInitialDelay = TimeSpan.FromSeconds(1), HedgeMinimumSamples = int.MaxValue, EvidenceShare = 100 };
            _orchestrator = new Orchestrator(_router, _backends, options);
        }

        public string Pattern { get; }

        public ConcurrentBag<double> One { get; } = [];

        public ConcurrentBag<double> Many { get; } = [];

        public double BackendsCalled => _backends.Sum(static backend => backend.Calls) / (double)_executions;

        /// <summary>Until the compiler has nothing to improve any more: a server runs far longer.</summary>
        public Task WarmAsync() => MeasureAsync(Callers, 300 * Callers, []);

        /// <param name="callers">Each executes one query at a time.</param>
        /// <param name="executions">By all of them.</param>
        /// <param name="added">Takes what each execution added, in microseconds.</param>
        public Task MeasureAsync(int callers, int executions, ConcurrentBag<double> added)
        {
            _executions += executions;
            int left = executions;
            return Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
            {
                while (Interlocked.Decrement(ref left) >= 0)
                {
                    added.Add(await ExecuteAsync(caller));
                }
            })));
        }

        public void Dispose() => _router.Dispose();

        private async Task<double> ExecuteAsync(int caller)
        {
            var request = new ExecutionRequest($"who wrote the paper on attention {(char)('A' + caller)}") { Pattern = Pattern };
            Array.ForEach(_backends, backend => backend.Ticks[caller] = 0);
            long start = Stopwatch.GetTimestamp();
            if (Pattern == Alone)
            {
                await _backends[0].SearchAsync(new BackendQuery(request.Query, 10, []), default);
            }
            else
            {
                await _orchestrator.ExecuteAsync(request);
            }

            long total = Stopwatch.GetTimestamp() - start;
            long own = Pattern == ExecutionPatterns.Chain ? _backends.Sum(backend => backend.Ticks[caller]) : _backends.Max(backend => backend.Ticks[caller]);
            return (total - own) * 1e6 / Stopwatch.Frequency;
        }
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
