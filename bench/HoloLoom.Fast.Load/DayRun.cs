using System.Collections.Concurrent;
using System.Diagnostics;
using HdrHistogram;

namespace HoloLoom.Fast.Load;

/// <summary>
/// Plays a day against a server. A request's latency is counted from when it was to be sent, not from when it was: what waits because the
/// server, or this program, is behind, is late by that much (no coordinated omission).
/// </summary>
internal sealed class DayRun(ITarget target, Day day, Feedback feedback, string[] queries) : IRun
{
    private const long LongestMicroseconds = 60_000_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly LongConcurrentHistogram _decisions = new(1, LongestMicroseconds, 3);
    private readonly LongConcurrentHistogram _outcomes = new(1, LongestMicroseconds, 3);
    private readonly ConcurrentDictionary<string, long> _answers = new();
    private readonly ConcurrentDictionary<string, long> _errors = new();
    private readonly Stopwatch _clock = new();
    private long _sent;
    private long _answered;

    public IReadOnlyList<(string Name, HistogramBase Latencies)> Rows => [("decisions", _decisions), ("outcomes", _outcomes)];

    public IReadOnlyDictionary<string, long> Answers => _answers;

    public IReadOnlyDictionary<string, long> Errors => _errors;

    public long Unanswered => _sent - Interlocked.Read(ref _answered);

    public TimeSpan Elapsed { get; private set; }

    /// <param name="everySecond">Told how many seconds have passed.</param>
    /// <param name="stop">Ends the day early.</param>
    public async Task PlayAsync(Action<int> everySecond, CancellationToken stop)
    {
        _clock.Start();
        int second = 0;
        bool more = day.TryNext(out long at, out int query);
        while ((more || feedback.Waiting > 0) && !stop.IsCancellationRequested)
        {
            long now = _clock.ElapsedMilliseconds;
            for (; more && at <= now; more = day.TryNext(out at, out query))
            {
                Send(new Request(at, queries[query]));
            }

            while (feedback.Next(now) is { } outcome)
            {
                Send(outcome);
            }

            await target.FlushAsync();
            if (now / 1000 > second)
            {
                second = (int)(now / 1000);
                everySecond(second);
            }

            Thread.Sleep(1);
        }

        Elapsed = _clock.Elapsed;
        for (long waited = _clock.ElapsedMilliseconds; Unanswered > 0 && _clock.ElapsedMilliseconds - waited < Patience.TotalMilliseconds;)
        {
            await Task.Delay(10, CancellationToken.None);
        }
    }

    private void Send(Request request)
    {
        _sent++;
        target.Send(request, OnReply);
    }

    private void OnReply(Request request, Reply reply)
    {
        double late = _clock.Elapsed.TotalMicroseconds - request.IntendedMs * 1000.0;
        (request.Query is null ? _outcomes : _decisions).RecordValue(Math.Clamp((long)late, 1, LongestMicroseconds));
        Interlocked.Increment(ref _answered);
        if (reply.Text is null)
        {
            _errors.AddOrUpdate(reply.Error, 1, static (_, count) => count + 1);
        }
        else if (request.Query is { } query)
        {
            feedback.Decided(_clock.ElapsedMilliseconds, query, reply);
        }
        else
        {
            _answers.AddOrUpdate(reply.Text.ToLowerInvariant(), 1, static (_, count) => count + 1);
        }
    }
}
