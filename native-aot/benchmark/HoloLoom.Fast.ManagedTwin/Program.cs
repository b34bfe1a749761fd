// The loops of bindings/c/benchmark.c, by the managed engine: what a call through the C ABI is compared with.
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using HoloLoom.Fast;

const int Passes = 400;
const int Repeats = 11;
const int WarmUp = 2;
string host = args[1];
string[] lines = File.ReadAllText(args[0]).TrimEnd('\n').Split('\n');
byte[][] queries = [.. lines.Where(static line => line.All(char.IsAscii)).Select(Encoding.ASCII.GetBytes)];
byte[] data = [.. queries.SelectMany(static query => query)];
int[] offsets = new int[queries.Length + 1];
for (int i = 0; i < queries.Length; i++)
{
    offsets[i + 1] = offsets[i] + queries[i].Length;
}

int count = queries.Length * Passes;
byte[] all = [.. Enumerable.Repeat(data, Passes).SelectMany(static text => text)];
int[] allOffsets = [0, .. Enumerable.Range(0, count).Select(i => i / queries.Length * data.Length + offsets[i % queries.Length + 1])];
var decisions = new Decision[count];
var available = new BackendSet(15);
foreach (string strategy in (string[])["rules", "thompson"])
{
    using var router = new Router(new RouterOptions { Strategy = strategy, Seed = 1 });
    Train(router, queries);
    double single = double.MaxValue;
    double recorded = double.MaxValue;
    double batch = double.MaxValue;

    // Compiling is not what is measured: the first rounds let the runtime finish with it.
    for (int repeat = -20; repeat < Repeats; repeat++)
    {
        long began = Stopwatch.GetTimestamp();
        RouteAll(router, data, offsets, available, decisions);
        long routed = Stopwatch.GetTimestamp();
        router.RouteBatch(all, allOffsets, decisions, available);
        long ended = Stopwatch.GetTimestamp();
        if (repeat >= WarmUp)
        {
            single = Math.Min(single, Nanoseconds(began, routed) / count);
            batch = Math.Min(batch, Nanoseconds(routed, ended) / count);
        }
    }

    // Apart, because what is learned changes what the draws cost.
    for (int repeat = -20; repeat < Repeats; repeat++)
    {
        router.RouteBatch(all, allOffsets, decisions, available);
        long began = Stopwatch.GetTimestamp();
        RecordAll(router, decisions);
        double done = Nanoseconds(began, Stopwatch.GetTimestamp()) / count;
        recorded = repeat >= WarmUp ? Math.Min(recorded, done) : recorded;
    }

    Console.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $"{host} {strategy} single {single:0.0} batch {batch:0.0} record {recorded:0.0}"));
}

static double Nanoseconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalNanoseconds;

[MethodImpl(MethodImplOptions.NoInlining)]
static void RouteAll(Router router, byte[] data, int[] offsets, BackendSet available, Decision[] decisions)
{
    int queries = offsets.Length - 1;
    for (int i = 0, at = 0; i < decisions.Length; i++)
    {
        decisions[i] = router.Route(data.AsSpan(offsets[at], offsets[at + 1] - offsets[at]), available);
        at = at + 1 == queries ? 0 : at + 1;
    }
}

[MethodImpl(MethodImplOptions.NoInlining)]
static void RecordAll(Router router, Decision[] decisions)
{
    foreach (Decision decision in decisions)
    {
        router.Record(decision.Id, new Outcome(0.9, 20));
    }
}

// As the other benchmarks train: backends that differ a little.
static void Train(Router router, byte[][] queries)
{
    ulong random = 1;
    for (int i = 0; i < 10_000; i++)
    {
        Decision decision = router.Route(queries[i % queries.Length], BackendSet.All);
        random = random * 6364136223846793005 + 1442695040888963407;
        double rewarded = (random >> 11) / (double)(1L << 53) <= 0.5 + 0.08 * decision.Backend ? 1 : 0;
        router.Record(decision.Id, new Outcome(rewarded, 20));
    }
}
