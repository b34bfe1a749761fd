using HoloLoom.Fast.Experiments;
using HoloLoom.Fast.Tests.Persistence;

namespace HoloLoom.Fast.Tests.Experiments;

public sealed class RouterExperimentTests
{
    private static readonly Outcome s_good = new(0.9, 35);
    private static readonly Outcome s_bad = new(0.1, 35);

    [Fact]
    public void Decisions_carry_their_variant_and_outcomes_are_credited_to_it_late_ones_too()
    {
        using var router = new Router(Options());
        Assert.Equal(["rules", "random", "holdout"], router.Variants);
        Decision[] decisions = [.. Enumerable.Range(0, 10_000).Select(_ => router.Route("who wrote this"))];
        new Random(1).Shuffle(decisions);
        foreach (Decision decision in decisions)
        {
            Assert.Equal(RecordResult.Accepted, router.Record(decision.Id, decision.Variant == 0 ? s_good : s_bad));
            Assert.Equal(RecordResult.Duplicate, router.Record(decision.Id, s_good));
        }

        var report = ExperimentReport.Of(router);
        for (int i = 0; i < 2; i++)
        {
            VariantReport row = report.Variants[i];
            int count = decisions.Count(decision => decision.Variant == i);
            Assert.InRange(count, 4500, 5500);
            Assert.Equal((count, count), (row.Exposures, row.Outcomes));
            Assert.Equal(i == 0 ? 1.0 : 0.0, row.SuccessRate);
        }

        Assert.Equal("rules", report.Winner);
        Assert.All(decisions, static decision => Assert.Equal(DecisionFlags.UniformSlice, decision.Flags & DecisionFlags.UniformSlice));
        Assert.All(decisions.Where(static decision => decision.Variant == 0), decision => Assert.Equal("neo4j", router.Backends[decision.Backend]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_variant_learns_on_its_own_unless_told_to_share(bool share)
    {
        ExperimentOptions experiment = Options().Experiment! with
        {
            SharePosteriors = share,
            Variants = [new("first") { Strategy = "uniform" }, new("second") { Strategy = "greedy" }],
        };
        using var router = new Router(Options() with { Experiment = experiment });
        for (int i = 0; i < 2000; i++)
        {
            // Only the first variant has outcomes, and only mem0 is any good.
            Decision decision = router.Route("who");
            if (decision.Variant == 0)
            {
                router.Record(decision.Id, router.Backends[decision.Backend] == "mem0" ? s_good : s_bad);
            }
        }

        Decision[] second = [.. Enumerable.Range(0, 100).Select(_ => router.Route("who")).Where(static decision => decision.Variant == 1)];
        Assert.All(second, decision => Assert.Equal(share, router.Backends[decision.Backend] == "mem0"));
        Assert.Equal(share ? 0.9f : 0.5f, second[0].Confidence, 0.1f);
    }

    // A router by rule has a way of its own for batches, which knows no variants.
    [Theory]
    [InlineData("thompson")]
    [InlineData("rules")]
    public void Batches_decide_as_single_calls_do(string strategy)
    {
        RouterOptions options = Options(holdout: 0.2) with { Strategy = strategy };
        string[] queries = [.. Enumerable.Range(0, 1000).Select(static i => i % 2 == 0 ? "who wrote it" : "find my latest paper")];
        using var single = new Router(options);
        using var batch = new Router(options);
        using var bytes = new Router(options);
        var decisions = new Decision[queries.Length];
        var others = new Decision[queries.Length];
        batch.RouteBatch(queries, decisions, BackendSet.All);
        int[] offsets = [0, .. queries.Select(static query => query.Length)];
        for (int i = 1; i < offsets.Length; i++)
        {
            offsets[i] += offsets[i - 1];
        }

        bytes.RouteBatch(System.Text.Encoding.UTF8.GetBytes(string.Concat(queries)), offsets, others, BackendSet.All);
        Assert.Equal(queries.Select(query => single.Route(query)), decisions);
        Assert.Equal(decisions, others);
        Assert.Equal(3, decisions.Select(static decision => decision.Variant).Distinct().Count());
    }

    [Fact]
    public void A_unit_stays_with_its_variant_in_every_router()
    {
        using var one = new Router(Options());
        using var two = new Router(Options() with { Seed = 2 });
        for (int i = 0; i < 1000; i++)
        {
            string unit = $"user {i}";
            int variant = one.Route("who", BackendSet.All, unit).Variant;
            Assert.Equal(variant, two.Route("find"u8, BackendSet.All, System.Text.Encoding.UTF8.GetBytes(unit)).Variant);
            Assert.Equal(variant, one.Route("my profile", BackendSet.All, unit).Variant);
        }

        using var none = new Router(new RouterOptions { Seed = 1 });
        Assert.Equal(0, none.Route("who", BackendSet.All, "user").Variant);
    }

    [Fact]
    public void What_was_counted_and_learned_survives_restarts_and_follows_names()
    {
        using var directory = new TemporaryDirectory();
        RouterOptions options = Options(holdout: 0.1) with { StateDirectory = directory.Path };
        DecisionId late;
        string expected;
        using (var router = new Router(options))
        {
            Run(router, 5000);
            Decision decision = default;
            while (decision.Variant != 1)
            {
                decision = router.Route("who");
            }

            late = decision.Id;
            expected = ExperimentReport.Of(router).ToText();
        }

        Assert.Equal(expected, ExperimentReport.Read(directory.Path)[^1].ToText());
        using (var router = new Router(options))
        {
            Assert.Equal(expected, ExperimentReport.Of(router).ToText());
        }

        // The same variants in another order and a third one: the late outcome finds its own.
        RouterOptions changed = options with
        {
            Experiment = options.Experiment! with { Variants = [new("new"), .. options.Experiment.Variants.Reverse()] },
        };
        using (var router = new Router(changed))
        {
            VariantReport before = Row(router, "random");
            Assert.Equal(RecordResult.Accepted, router.Record(late, s_good));
            Assert.Equal(before.Outcomes + 1, Row(router, "random").Outcomes);
            Assert.Equal(0, Row(router, "new").Exposures);
            Assert.False(ExperimentReport.Of(router).MismatchAlarm);
        }

        // Without the experiment it is set aside, and comes back with its name.
        using (var router = new Router(options with { Experiment = null }))
        {
            Assert.Contains(router.StateMessages, static message => message.Contains("'test' is not in the configuration"));
        }

        using (var router = new Router(changed))
        {
            Assert.InRange(Row(router, "rules").Outcomes, 2000, 2500);
        }
    }

    [Fact]
    public void An_outcome_of_a_variant_that_is_gone_teaches_the_router()
    {
        using var directory = new TemporaryDirectory();
        RouterOptions options = Options() with { StateDirectory = directory.Path };
        Decision decision;
        using (var router = new Router(options))
        {
            decision = router.Route("who");
        }

        using var later = new Router(options with { Experiment = null });
        Assert.Equal(RecordResult.Accepted, later.Record(decision.Id, s_good));
        Assert.Equal((2.0, 1.0), later.Posterior(decision.QueryType, decision.Backend));
        Assert.Equal(RecordResult.Duplicate, later.Record(decision.Id, s_good));
    }

    [Fact]
    public void A_correction_changes_what_is_learned_and_not_what_is_compared()
    {
        using var router = new Router(Options());
        Run(router, 100);
        Decision decision = router.Route("who");
        router.Record(decision.Id, s_bad);
        var before = ExperimentReport.Of(router);
        Assert.Equal(RecordResult.Accepted, router.Amend(decision.Id, s_bad, s_good));
        Assert.Equal(before.ToText(), ExperimentReport.Of(router).ToText());
        Explanation why = router.Explain(decision, "who", BackendSet.All);
        Assert.Equal(router.Variants[decision.Variant] == "rules" ? "rules" : "uniform", why.Strategy);
    }

    [Fact]
    public void The_holdout_is_decided_by_the_router_itself()
    {
        using var router = new Router(Options(holdout: 0.3) with { Strategy = "greedy" });
        Decision[] decisions = [.. Enumerable.Range(0, 10_000).Select(_ => router.Route("who"))];
        Decision[] outside = [.. decisions.Where(static decision => decision.Variant == 2)];
        Assert.InRange(outside.Length, 2700, 3300);
        Assert.All(outside, static decision => Assert.Equal(DecisionFlags.Learned, decision.Flags & (DecisionFlags.Learned | DecisionFlags.UniformSlice)));
        Assert.Equal(outside.Length, router.GetStatistics().DecisionsByStrategy["greedy"]);
    }

    [Fact]
    public void Threads_lose_nothing()
    {
        using var router = new Router(Options(holdout: 0.1));
        Parallel.For(0, 8, _ => Run(router, 5000));
        var report = ExperimentReport.Of(router);
        Assert.Equal((40_000, 40_000), (report.Variants.Sum(static row => row.Exposures), report.Variants.Sum(static row => row.Outcomes)));
        Assert.Equal(report.Comparisons[0].Outcomes, report.Variants.Take(2).Sum(static row => row.Outcomes));
    }

    internal static RouterOptions Options(double holdout = 0) => new()
    {
        Seed = 1,
        Experiment = new ExperimentOptions
        {
            Name = "test",
            Holdout = holdout,
            Variants = [new("rules") { Strategy = "rules" }, new("random") { Strategy = "uniform" }],
        },
    };

    private static VariantReport Row(Router router, string name) => ExperimentReport.Of(router).Variants.Single(row => row.Name == name);

    private static void Run(Router router, int decisions)
    {
        for (int i = 0; i < decisions; i++)
        {
            Decision decision = router.Route("who wrote this");
            router.Record(decision.Id, (i + decision.Variant) % 3 == 0 ? s_bad : new Outcome(0.8, 20 + i % 100));
        }
    }
}
