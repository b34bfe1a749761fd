using System.Diagnostics;

namespace HoloLoom.Fast.Benchmarks;

/// <summary>Decisions per second of one router on one thread and on two, in turn, so that drift of the machine's speed falls on both.</summary>
internal static class Scaling
{
    public static int Run()
    {
        Console.WriteLine($"{"strategy",-10} {"1 thread",12} {"2 threads",12}  ratio (median of 15 pairs)");
        foreach (string strategy in (string[])["rules", "thompson"])
        {
            using var router = new Router(new RouterOptions { Strategy = strategy, Seed = 1 });
            Measure(router, 1);
            Measure(router, 2);
            (double One, double Two)[] pairs = [.. Enumerable.Range(0, 15).Select(_ => (Measure(router, 1), Measure(router, 2)))];
            double ratio = Median(pairs.Select(static pair => pair.Two / pair.One));
            Console.WriteLine(FormattableString.Invariant(
                $"{strategy,-10} {Median(pairs.Select(static pair => pair.One)) / 1e6,8:F2} M/s {Median(pairs.Select(static pair => pair.Two)) / 1e6,8:F2} M/s  {ratio:F2}"));
        }

        return 0;
    }

    private static double Measure(Router router, int threads)
    {
        const int Rounds = 10_000;
        using var start = new Barrier(threads + 1);
        Thread[] running = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            byte[][] queries = Queries.Ascii.Encoded;
            start.SignalAndWait();
            for (int round = 0; round < Rounds; round++)
            {
                foreach (byte[] query in queries)
                {
                    router.Route(query, BackendSet.All);
                }
            }
        }))];
        Array.ForEach(running, static thread => thread.Start());
        start.SignalAndWait();
        long begin = Stopwatch.GetTimestamp();
        Array.ForEach(running, static thread => thread.Join());
        return (double)threads * Rounds * Queries.AsciiCount / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
