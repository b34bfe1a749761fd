using System.Text.Json;
using HoloLoom.Fast.Execution;
using HoloLoom.Fast.Profiling;
using HoloLoom.Fast.Tests.Execution;

namespace HoloLoom.Fast.Tests.Profiling;

public sealed class ProfilerTests
{
    private readonly ManualClock _clock = new();

    // What an earlier test has left of this thread's countdown is counted down.
    public ProfilerTests()
    {
        var profiler = new Profiler(new ProfilerOptions { RoutingSampleRate = 1 });
        for (int i = 0; i < 1000; i++)
        {
            profiler.ProfileRouting().Dispose();
        }
    }

    [Fact]
    public void Quantiles_mean_and_maximum_are_those_of_what_was_measured()
    {
        var profiler = new Profiler(new ProfilerOptions { TimeProvider = _clock });
        for (int i = 1; i <= 1000; i++)
        {
            using (profiler.ProfileBackend("db"))
            {
                _clock.Advance(TimeSpan.FromMilliseconds(i));
            }
        }

        LatencySummary row = profiler.Report().Summary.Backends.Single();
        Assert.Equal(("db", 1000L), (row.Name, row.Count));
        foreach ((double expected, double found) in ((double, double)[])[(500.5, row.MeanMs), (500, row.P50Ms), (950, row.P95Ms), (990, row.P99Ms), (1000, row.MaxMs)])
        {
            Assert.InRange(found, expected * 0.99, expected * 1.01);
        }

        Assert.Equal(1000, row.Distribution.Sum(static bucket => bucket.Count));
        Assert.All(row.Distribution, static bucket => Assert.Equal(0, Math.Log2(bucket.BelowMs * 1e6) % 1, 9));
        Assert.InRange(row.Distribution.Where(static bucket => bucket.BelowMs <= 537).Sum(static bucket => bucket.Count), 530, 540);
    }

    [Fact]
    public void Scopes_of_every_kind_are_apart()
    {
        var profiler = new Profiler(new ProfilerOptions { TimeProvider = _clock, RoutingSampleRate = 1 });
        profiler.ProfileRouting().Dispose();
        profiler.ProfileExecution("chain").Dispose();
        profiler.ProfileBackend("db").Dispose();
        profiler.Profile("parsing").Dispose();
        ProfileSnapshot summary = profiler.Report().Summary;
        Assert.Equal(["parsing", "routing"], summary.Operations.Select(static row => row.Name));
        Assert.Equal(["chain"], summary.Patterns.Select(static row => row.Name));
        Assert.Equal(["db"], summary.Backends.Select(static row => row.Name));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(128)]
    public void Decisions_are_sampled_at_their_rate(int rate)
    {
        var profiler = new Profiler(new ProfilerOptions { RoutingSampleRate = rate });
        for (int i = 0; i < 100_000; i++)
        {
            profiler.ProfileRouting().Dispose();
        }

        double expected = 100_000.0 / rate;
        long found = profiler.Report().Summary.Operations.Single().Count;
        Assert.InRange(found, expected - 6 * Math.Sqrt(expected) - 130, expected + 6 * Math.Sqrt(expected) + 130);
    }

    [Fact]
    public void Snapshots_hold_what_happened_between_them_and_the_report_all_of_it()
    {
        var profiler = new Profiler(new ProfilerOptions { TimeProvider = _clock, MaximumSnapshots = 2 });
        for (int interval = 1; interval <= 3; interval++)
        {
            for (int i = 0; i < 10 * interval; i++)
            {
                using (profiler.ProfileExecution("chain"))
                {
                    _clock.Advance(TimeSpan.FromMilliseconds(100 * interval));
                }

                profiler.RecordCacheLookup(i % interval == 0);
            }

            ProfileSnapshot snapshot = profiler.TakeSnapshot();
            Assert.Equal(interval * interval, snapshot.Seconds, 9);
            Assert.Equal(10.0 / interval, snapshot.ExecutionsPerSecond, 9);
            Assert.Equal(1.0 / interval, snapshot.CacheHitRate!.Value, 9);
            Assert.InRange(snapshot.Patterns.Single().P50Ms, 99 * interval, 101 * interval);
        }

        Assert.Equal([4.0, 9.0], profiler.Snapshots.Select(static snapshot => snapshot.Seconds));
        Assert.Equal(60, profiler.Report().Summary.Patterns.Single().Count);
        Assert.Equal(60.0 / 14, profiler.Report().Summary.ExecutionsPerSecond, 9);
        Assert.Null(profiler.TakeSnapshot().CacheHitRate);
    }

    [Fact]
    public void Bottlenecks_name_the_setting_to_change()
    {
        var profiler = new Profiler(new ProfilerOptions { TimeProvider = _clock, RoutingSampleRate = 1 });
        profiler.AddCircuits(static () => ["broken"]);
        for (int i = 0; i < 100; i++)
        {
            Take(profiler.ProfileRouting(), 0.02);
            Take(profiler.ProfileBackend("slow"), 1100);
            Take(profiler.ProfileExecution("parallel"), 2100);
            profiler.RecordCacheLookup(i % 4 == 0);
        }

        Take(profiler.ProfileBackend("quick"), 5);
        string[][] expected =
        [
            ["circuit of broken is open", "Resilience.BreakDuration"],
            ["slow has a p95 of 1,1", "ResilienceOf[\"slow\"].Timeout"],
            ["slow takes 99", "RouterOptions.Strategy"],
            ["pattern parallel has a p95 of 2,1", "ParallelSecondaries"],
            ["finds 25", "Cache.Capacity"],
            ["decision takes", "CachedClassifier"],
        ];
        ProfileReport report = profiler.Report();
        Assert.Equal(expected.Length, report.Bottlenecks.Count);
        foreach ((string[] words, Bottleneck found) in expected.Zip(report.Bottlenecks))
        {
            Assert.Contains(words[0], found.What);
            Assert.Contains(words[1], found.Recommendation);
        }

        string text = report.ToString();
        Assert.All(report.Bottlenecks, bottleneck => Assert.Contains(bottleneck.Recommendation, text));
    }

    [Fact]
    public void Nothing_is_called_a_bottleneck_below_its_threshold_or_without_enough_measurements()
    {
        var profiler = new Profiler(new ProfilerOptions { TimeProvider = _clock, RoutingSampleRate = 1 });
        for (int i = 0; i < 19; i++)
        {
            Take(profiler.ProfileBackend("slow"), 5000);
            Take(profiler.ProfileExecution("chain"), 5000);
            profiler.RecordCacheLookup(false);
        }

        Assert.Empty(profiler.Report().Bottlenecks);
        for (int i = 0; i < 100; i++)
        {
            Take(profiler.ProfileRouting(), 0.001);
            Take(profiler.ProfileBackend("one"), 900);
            Take(profiler.ProfileBackend("two"), 900);
            Take(profiler.ProfileExecution("recursive"), 1900);
            profiler.RecordCacheLookup(i % 2 == 0);
        }

        Assert.Empty(new Profiler().Report().Bottlenecks);
        Assert.Contains("no bottlenecks", new Profiler().Report().ToString());
        Assert.DoesNotContain(profiler.Report().Bottlenecks, static found => found.What.Contains("one") || found.What.Contains("recursive") || found.What.Contains("cache"));
    }

    [Fact]
    public void The_report_as_json_holds_what_the_text_shows()
    {
        var profiler = new Profiler(new ProfilerOptions { TimeProvider = _clock });
        Take(profiler.ProfileBackend("db"), 10);
        profiler.RecordCacheLookup(true);
        using JsonDocument json = JsonDocument.Parse(profiler.Report().ToJson());
        JsonElement summary = json.RootElement.GetProperty("summary");
        JsonElement row = summary.GetProperty("backends")[0];
        Assert.Equal("db", row.GetProperty("name").GetString());
        Assert.InRange(row.GetProperty("p95_ms").GetDouble(), 9.9, 10.1);
        Assert.Equal(1, summary.GetProperty("cache_hit_rate").GetDouble());
        Assert.Equal(0, json.RootElement.GetProperty("bottlenecks").GetArrayLength());
        Assert.Equal(1, row.GetProperty("distribution")[0].GetProperty("count").GetInt64());
    }

    [Fact]
    public async Task An_orchestrator_fills_it_by_itself()
    {
        var profiler = new Profiler(new ProfilerOptions { RoutingSampleRate = 1, MinimumSamples = 2 });
        var options = new OrchestratorOptions
        {
            Profiler = profiler,
            Cache = new ResultCacheOptions(),
            Resilience = new ResilienceOptions { Retries = 0, MinimumThroughput = 2, BreakDuration = TimeSpan.FromHours(1) },
        };
        Orchestrator orchestrator = Setup.Over(options, ScriptedBackend.Throwing("a"), ScriptedBackend.Scoring("b", 0.9));
        for (int i = 0; i < 5; i++)
        {
            await orchestrator.ExecuteAsync(new ExecutionRequest($"q{i}") { Pattern = ExecutionPatterns.FeedForward });
        }

        await orchestrator.ExecuteAsync(new ExecutionRequest("q4") { Pattern = ExecutionPatterns.FeedForward });
        ProfileReport report = profiler.Report();
        Assert.Equal([("a", 2L, 2L), ("b", 5L, 0L)], report.Summary.Backends.Select(static row => (row.Name, row.Count, row.Errors)));
        Assert.Equal([("feed-forward", 5L)], report.Summary.Patterns.Select(static row => (row.Name, row.Count)));
        Assert.Equal([("any", 5L)], report.Summary.QueryTypes.Select(static row => (row.Name, row.Count)));
        Assert.True(report.Summary.Operations.Single().Count > 0);
        Assert.Equal(1.0 / 6, report.Summary.CacheHitRate!.Value, 9);
        Assert.Equal(["a"], report.OpenCircuits);
        Assert.Contains(report.Bottlenecks, static found => found.What.Contains("100"));
        Assert.Contains(report.Bottlenecks, static found => found.What.StartsWith("The circuit of a"));
    }

    [Fact]
    public void Many_threads_lose_nothing()
    {
        var profiler = new Profiler();
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 50_000; i++)
            {
                profiler.ProfileBackend("db").Dispose();
                profiler.RecordCacheLookup(true);
            }
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        long windows = 0;
        while (threads.Any(static thread => thread.IsAlive))
        {
            windows += profiler.TakeSnapshot().Backends.SingleOrDefault()?.Count ?? 0;
        }

        windows += profiler.TakeSnapshot().Backends.SingleOrDefault()?.Count ?? 0;
        Assert.Equal(200_000, windows);
        Assert.Equal(200_000, profiler.Report().Summary.Backends.Single().Count);
    }

    [Fact]
    public void Bad_options_are_refused()
    {
        (string, ProfilerOptions)[] wrong =
        [
            ("$.routingSampleRate", new() { RoutingSampleRate = 0 }),
            ("$.backendP95", new() { BackendP95 = TimeSpan.Zero }),
            ("$.patternP95", new() { PatternP95 = TimeSpan.FromSeconds(-1) }),
            ("$.decisionBudget", new() { DecisionBudget = TimeSpan.Zero }),
            ("$.minimumHitRate", new() { MinimumHitRate = double.NaN }),
            ("$.maximumTrafficShare", new() { MaximumTrafficShare = 1.1 }),
            ("$.maximumErrorRate", new() { MaximumErrorRate = -0.1 }),
            ("$.minimumSamples", new() { MinimumSamples = 0 }),
            ("$.maximumSnapshots", new() { MaximumSnapshots = 0 }),
            ("$.timeProvider", new() { TimeProvider = null! }),
        ];
        foreach ((string path, ProfilerOptions options) in wrong)
        {
            Assert.Equal(path, Assert.Throws<RouterConfigurationException>(() => new Profiler(options)).Path);
        }
    }

    private void Take(ProfileScope scope, double milliseconds)
    {
        _clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
        scope.Dispose();
    }
}
