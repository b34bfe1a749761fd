using System.Diagnostics;
using System.Globalization;
using System.Text;
using HoloLoom.Fast.Benchmarks.Reporting;

namespace HoloLoom.Fast.Benchmarks;

/// <summary>Decisions per second of one router on one thread and on two, each tied to a processor of its own, in turn, so that drift of the machine's speed falls on both.</summary>
internal static class Scaling
{
    private const int Pairs = 15;

    private static readonly (string Strategy, bool Records)[] Workloads = [("rules", false), ("thompson", false), ("thompson", true)];

    public static int Run(ResultFiles? files)
    {
        Console.WriteLine(Machine.Current);
        var table = new StringBuilder($"| strategy | outcomes recorded | 1 thread, M/s | 2 threads, M/s | ratio (median of {Pairs} pairs) |\n|---|---|---:|---:|---:|\n");
        var results = new List<object>();
        foreach ((string strategy, bool records) in Workloads)
        {
            using Router router = TrainedRouter.Create(strategy);
            Measure(router, 1, records);
            Measure(router, 2, records);
            (double One, double Two)[] pairs = [.. Enumerable.Range(0, Pairs).Select(_ => (Measure(router, 1, records), Measure(router, 2, records)))];
            double one = Median(pairs.Select(static pair => pair.One));
            double two = Median(pairs.Select(static pair => pair.Two));
            double ratio = Median(pairs.Select(static pair => pair.Two / pair.One));
            table.Append(CultureInfo.InvariantCulture, $"| {strategy} | {(records ? "yes" : "no")} | {one / 1e6:F2} | {two / 1e6:F2} | {ratio:F2} |\n");
            results.Add(new { strategy, records, oneThread = Math.Round(one), twoThreads = Math.Round(two), ratio = Math.Round(ratio, 3) });
        }

        Console.Write(table);
        files?.Write("Scaling", table.ToString(), results);
        return 0;
    }

    private static double Measure(Router router, int threads, bool records)
    {
        // Recording takes longer; a measurement should not.
        int rounds = records ? 2_000 : 10_000;
        using var start = new Barrier(threads + 1);
        Thread[] running = [.. Enumerable.Range(0, threads).Select(processor => new Thread(() =>
        {
            Processors.Use(processor);
            start.SignalAndWait();
            for (int round = 0; round < rounds; round++)
            {
                RouteAll(router, records);
            }
        }))];
        Array.ForEach(running, static thread => thread.Start());
        start.SignalAndWait();
        long begin = Stopwatch.GetTimestamp();
        Array.ForEach(running, static thread => thread.Join());
        return (double)threads * rounds * Queries.AsciiCount / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    private static void RouteAll(Router router, bool records)
    {
        foreach (byte[] query in Queries.Ascii.Encoded)
        {
            Decision decision = router.Route(query, BackendSet.All);
            if (records)
            {
                router.Record(decision.Id, new Outcome(decision.Backend / 4.0, 35));
            }
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
