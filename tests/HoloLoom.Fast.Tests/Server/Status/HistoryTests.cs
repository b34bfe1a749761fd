using System.Text.Json;
using HoloLoom.Fast.Classification;
using HoloLoom.Fast.Hosting;
using HoloLoom.Fast.Hosting.Metering;
using HoloLoom.Fast.Server.Status;

namespace HoloLoom.Fast.Tests.Server.Status;

public sealed class HistoryTests : IDisposable
{
    private readonly SteppedTime _time = new();
    private readonly ServerLatencies _latencies = new();
    private readonly RouterRegistry _routers = new(new RouterOptions { Strategy = "rules", Seed = 1 });
    private readonly History _history;

    public HistoryTests()
    {
        // What was before the server began is in no interval.
        Work(_routers.Default.Current, 3, 2);
        _history = new History(new RegistryReader(_routers), _latencies, _time);
    }

    public void Dispose()
    {
        _history.Dispose();
        _routers.Dispose();
    }

    [Fact]
    public void Intervals_hold_what_was_done_in_them()
    {
        Work(_routers.Default.Current, 5, 4);
        _latencies.Http.Record(1000);
        _time.Tick();
        _time.Tick();
        Work(_routers.Default.Current, 7, 0);
        _time.Tick();
        IReadOnlyList<HistoryPoint> points = _history.Of(_routers.Default);
        Assert.Equal([5, 0, 7], points.Select(static point => point.AllDecisions));
        Assert.Equal([4, 0, 0], points.Select(static point => point.Outcomes));
        Assert.Equal([3.0, 0, 0], points.Select(static point => Math.Round(point.Reward, 9)));
        Assert.Equal([1, 0, 0], points.Select(static point => point.Interval.Latencies[2].Count));
        Assert.All(points, static point => Assert.Equal(5, point.Interval.Seconds));
        Assert.Equal(5, HistoryJson.DecisionsOf(points[0], "neo4j"));
        Assert.Equal(0, HistoryJson.DecisionsOf(points[0], "nowhere"));
    }

    [Fact]
    public void An_hour_is_kept()
    {
        for (int i = 0; i < History.Points + 10; i++)
        {
            Work(_routers.Default.Current, i % 3, 0);
            _time.Tick();
        }

        IReadOnlyList<HistoryPoint> points = _history.Of(_routers.Default);
        Assert.Equal(History.Points, points.Count);
        Assert.Equal((History.Points + 9) % 3, points[^1].AllDecisions);
        Assert.Equal(TimeSpan.FromHours(1) - History.Length, _history.EndOf(points[^1].Interval) - _history.EndOf(points[0].Interval));
    }

    [Fact]
    public void Another_configuration_is_no_break()
    {
        Work(_routers.Default.Current, 5, 4);
        _time.Tick();
        _routers.Default.Replace(new RouterOptions
        {
            Strategy = "rules",
            Backends = ["new", "neo4j"],
            QueryTypes = [new QueryTypeOptions("relationship", "new", [QueryPattern.Words("who")])],
        });
        Work(_routers.Default.Current, 6, 0);
        _time.Tick();
        HistoryPoint last = _history.Of(_routers.Default)[^1];
        Assert.Equal(["new", "neo4j"], last.Backends);
        Assert.Equal((6, 0), (HistoryJson.DecisionsOf(last, "new"), HistoryJson.DecisionsOf(last, "neo4j")));
        Assert.Equal(["neo4j", "new"], HistoryJson.Backends(_history.Of(_routers.Default)));
    }

    [Fact]
    public void Routers_come_and_go()
    {
        HostedRouter router = _routers.Create("t", new RouterOptions { Strategy = "rules" });
        Assert.Empty(_history.Of(router));
        Work(router.Current, 4, 0);
        _time.Tick();
        Assert.Equal(4, Assert.Single(_history.Of(router)).AllDecisions);
        _routers.Remove("t");
        _time.Tick();
        Assert.Empty(_history.Of(router));
        HostedRouter again = _routers.Create("t", new RouterOptions { Strategy = "rules" });
        _time.Tick();
        Assert.Equal(0, Assert.Single(_history.Of(again)).AllDecisions);
    }

    [Fact]
    public void What_variants_learn_on_their_own_is_learned()
    {
        var variants = new ExperimentOptions { Name = "trial", Variants = [new VariantOptions("a"), new VariantOptions("b")] };
        HostedRouter router = _routers.Create("t", new RouterOptions { Experiment = variants });
        Work(router.Current, 20, 8);
        _time.Tick();
        HistoryPoint point = Assert.Single(_history.Of(router));
        Assert.Equal((8, 6.0), (point.Outcomes, Math.Round(point.Reward, 9)));
    }

    [Theory]
    [InlineData(-7200)]
    [InlineData(7200)]
    public void A_clock_that_is_set_leaves_the_intervals_in_order(int seconds)
    {
        _time.Tick();
        _time.Set(TimeSpan.FromSeconds(seconds));
        _time.Tick();
        _time.Tick();
        DateTimeOffset[] ends = [.. _history.Of(_routers.Default).Select(point => _history.EndOf(point.Interval))];
        Assert.Equal([_time.GetUtcNow() - (2 * History.Length), _time.GetUtcNow() - History.Length, _time.GetUtcNow()], ends);
        Assert.All(_history.Of(_routers.Default), static point => Assert.Equal(5, point.Interval.Seconds));
    }

    [Fact]
    public void A_router_that_is_removed_meanwhile_costs_nothing_but_its_points()
    {
        _routers.Default.Current.Dispose();
        _time.Tick();
        _time.Tick();
        Assert.True(_time.IsArmed);
    }

    // A server with very many routers may not be busy with reading them; but a single slow reading, as the first is, leaves no hole.
    [Fact]
    public void Readings_that_are_slow_are_made_seldom()
    {
        double[] due = new double[4];
        foreach ((int i, double took) in new[] { 1, 1.2, 0.01, 0.02 }.Index())
        {
            _time.Reading = TimeSpan.FromSeconds(took);
            _time.Tick();
            due[i] = _time.DueIn.TotalSeconds;
        }

        Assert.Equal([4, 100, 4.99, 4.98], due);
    }

    [Fact]
    public void Columns_are_of_one_length()
    {
        Work(_routers.Default.Current, 5, 4);
        _time.Tick();
        _latencies.Decision.Record(100_000);
        _time.Tick();
        using var json = JsonDocument.Parse(HistoryJson.Write(_history.Of(_routers.Default), _history.EndOf, _latencies.All).WrittenMemory);
        JsonElement root = json.RootElement;
        Assert.Equal(5, root.GetProperty("interval_seconds").GetDouble());
        Assert.Equal(_time.GetUtcNow().ToUnixTimeSeconds(), root.GetProperty("at")[1].GetDouble());
        Assert.Equal("""{"neo4j":[5,0]}""", root.GetProperty("decisions").GetRawText());
        Assert.Equal("[4,0]", root.GetProperty("outcomes").GetRawText());
        Assert.Equal("[0.75,null]", root.GetProperty("mean_reward").GetRawText());
        Assert.Equal(["decision", "decision_in_batch", "http", "resp"], root.GetProperty("latency").EnumerateObject().Select(static one => one.Name));
        JsonElement decision = root.GetProperty("latency").GetProperty("decision");
        Assert.Equal("[0,1]", decision.GetProperty("count").GetRawText());
        Assert.Equal(JsonValueKind.Null, decision.GetProperty("p99_us")[0].ValueKind);
        Assert.InRange(decision.GetProperty("p50_us")[1].GetDouble() * System.Diagnostics.Stopwatch.Frequency / 1e6, 99_000, 101_000);
    }

    // Every fourth outcome is bad.
    private static void Work(Router router, int decisions, int outcomes)
    {
        for (int i = 0; i < decisions; i++)
        {
            Decision decision = router.Route("who wrote this");
            if (i < outcomes)
            {
                Assert.Equal(RecordResult.Accepted, router.Record(decision.Id, new Outcome(i % 4 == 0 ? 0 : 1, 20)));
            }
        }
    }

    /// <summary>Time that passes an interval at a time.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
        private long _stamp = 1_000;
        private Action? _due;
        private bool _isReading;

        public bool IsArmed => _due is not null;

        /// <summary>How long a reading takes.</summary>
        public TimeSpan Reading { get; set; }

        /// <summary>How long it is from the end of a reading to the next.</summary>
        public TimeSpan DueIn { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => _now;

        public override long GetTimestamp()
        {
            long stamp = _stamp;
            if (_isReading)
            {
                _isReading = false;
                _stamp += Reading.Ticks;
                _now += Reading;
            }

            return stamp;
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Armed(this, () => callback(state), dueTime);

        public void Set(TimeSpan difference) => _now += difference;

        public void Tick()
        {
            _stamp += DueIn.Ticks;
            _now += DueIn;
            Action due = _due ?? throw new InvalidOperationException("no timer is armed");
            _due = null;
            _isReading = true;
            due();
            _isReading = false;
        }

        private sealed class Armed : ITimer
        {
            private readonly SteppedTime _time;
            private readonly Action _callback;

            public Armed(SteppedTime time, Action callback, TimeSpan dueTime)
            {
                (_time, _callback) = (time, callback);
                Change(dueTime, Timeout.InfiniteTimeSpan);
            }

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                (_time.DueIn, _time._due) = (dueTime, _callback);
                return true;
            }

            public void Dispose() => _time._due = null;

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
