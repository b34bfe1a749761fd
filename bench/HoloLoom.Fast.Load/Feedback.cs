using System.Collections.Concurrent;

namespace HoloLoom.Fast.Load;

/// <summary>What callers report of decisions: most soon, some late, some twice, some never.</summary>
internal sealed class Feedback(int seed, double daySeconds)
{
    private const double Soon = 0.7;
    private const double Late = 0.2;
    private const double Twice = 0.02;
    private const double SoonMeanMs = 200;
    private const double LatestShareOfDay = 0.1;

    private readonly ConcurrentQueue<Request> _incoming = new();
    private readonly PriorityQueue<Request, long> _due = new();

    /// <summary>Outcomes that are not yet due.</summary>
    public int Waiting => _due.Count + _incoming.Count;

    /// <summary>A decision was made: its outcome will be due, if ever. From any thread.</summary>
    public void Decided(long nowMs, string query, Reply decision)
    {
        // What becomes of a decision depends on query and backend, so that there is something to learn.
        var random = new Random(seed ^ (int)StableHash(decision.Text!));
        double chance = random.NextDouble();
        double delay = chance < Soon ? -SoonMeanMs * Math.Log(1 - random.NextDouble())
            : chance < Soon + Late ? random.NextDouble() * daySeconds * 1000 * LatestShareOfDay
            : double.NaN;
        if (double.IsNaN(delay))
        {
            return;
        }

        double goodness = (StableHash(query.Split(' ')[0] + decision.Backend) % 1000) / 1000.0;
        var outcome = new Request(
            (long)(nowMs + delay) + 1, null, decision.Text!, random.NextDouble() < goodness ? 0.9 : 0.2, 20 + 200 * random.NextDouble());
        _incoming.Enqueue(outcome);
        if (random.NextDouble() < Twice)
        {
            _incoming.Enqueue(outcome with { IntendedMs = outcome.IntendedMs + 50 });
        }
    }

    /// <summary>The next outcome that is due; null if none is. From one thread.</summary>
    public Request? Next(long nowMs)
    {
        while (_incoming.TryDequeue(out Request? request))
        {
            _due.Enqueue(request, request.IntendedMs);
        }

        return _due.TryPeek(out _, out long at) && at <= nowMs ? _due.Dequeue() : null;
    }

    private static uint StableHash(string text)
    {
        // FNV-1a: the same in every process.
        uint hash = 2166136261;
        foreach (char c in text)
        {
            hash = (hash ^ c) * 16777619;
        }

        return hash;
    }
}
