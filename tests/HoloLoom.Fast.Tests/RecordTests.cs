using HoloLoom.Fast.Learning;

namespace HoloLoom.Fast.Tests;

public sealed class RecordTests
{
    private static readonly Outcome s_good = new(0.9, 35);

    [Fact]
    public void An_outcome_is_credited_once()
    {
        using var router = new Router(new RouterOptions { Seed = 1, Strategy = "rules" });
        Decision decision = router.Route("who wrote this");
        Assert.Equal(RecordResult.Accepted, router.Record(decision.Id, s_good));
        Assert.Equal(RecordResult.Duplicate, router.Record(decision.Id, s_good));
        CellStatistics cell = router.GetStatistics().QueryTypes[0].Backends[0];
        Assert.Equal((2.0, 1.0, 1L, 35.0), (cell.Alpha, cell.Beta, cell.Outcomes, cell.MeanLatencyMs));
    }

    [Fact]
    public void Late_and_reordered_outcomes_are_all_accepted()
    {
        using var router = new Router(new RouterOptions { Seed = 1 });
        DecisionId[] ids = [.. Enumerable.Range(0, 100_000).Select(i => router.Route(i % 2 == 0 ? "who" : "find").Id)];
        new Random(4).Shuffle(ids);
        Assert.All(ids, id => Assert.Equal(RecordResult.Accepted, router.Record(id, s_good)));
        Assert.All(ids.Take(1000), id => Assert.Equal(RecordResult.Duplicate, router.Record(id, s_good)));
        Assert.Equal(ids.Length, router.GetStatistics().Outcomes);
    }

    [Fact]
    public void A_duplicate_is_recognised_over_the_whole_window_of_a_million_decisions()
    {
        using var router = new Router(new RouterOptions { Seed = 1, Strategy = "rules" });
        var decisions = new Decision[1 << 20];
        var queries = new string[decisions.Length];
        Array.Fill(queries, "who");
        router.RouteBatch(queries, decisions, BackendSet.All);
        foreach (Decision decision in decisions)
        {
            Assert.Equal(RecordResult.Accepted, router.Record(decision.Id, s_good));
        }

        foreach (Decision decision in decisions)
        {
            Assert.Equal(RecordResult.Duplicate, router.Record(decision.Id, s_good));
        }
    }

    [Fact]
    public void Beyond_the_window_an_id_expires_and_is_never_credited_twice()
    {
        const int Window = 1 << 16;
        using var router = new Router(new RouterOptions { Seed = 1, Strategy = "rules", DuplicateWindow = Window });
        DecisionId first = router.Route("who").Id;
        Assert.Equal(RecordResult.Accepted, router.Record(first, s_good));

        // The ledger holds the window once per stripe.
        for (int i = 0; i < Window * (OutcomeLedger.Stripes + 1); i++)
        {
            router.Record(router.Route("who").Id, s_good);
        }

        Assert.Equal(RecordResult.Expired, router.Record(first, s_good));
        Assert.Equal(1, router.GetStatistics().OutcomesByResult["expired"]);
    }

    [Fact]
    public void Every_corrupted_bit_makes_an_id_unknown()
    {
        using var router = new Router(new RouterOptions { Seed = 1 });
        DecisionId id = router.Route("who").Id;
        Span<byte> bytes = stackalloc byte[DecisionId.SizeInBytes];
        for (int bit = 0; bit < 128; bit++)
        {
            id.WriteBytes(bytes);
            bytes[bit >> 3] ^= (byte)(1 << (bit & 7));
            Assert.Equal(RecordResult.Unknown, router.Record(DecisionId.FromBytes(bytes), s_good));
        }

        Assert.Equal(0, router.GetStatistics().Outcomes);
        Assert.Equal(RecordResult.Accepted, router.Record(id, s_good));
    }

    [Fact]
    public void Forged_ids_and_ids_of_another_router_are_unknown()
    {
        using var router = new Router();
        using var other = new Router();
        Assert.Equal(RecordResult.Unknown, router.Record(default, s_good));
        Assert.Equal(RecordResult.Unknown, router.Record(other.Route("who").Id, s_good));
        var random = new Random(1);
        var bytes = new byte[DecisionId.SizeInBytes];
        for (int i = 0; i < 100_000; i++)
        {
            random.NextBytes(bytes);
            Assert.Equal(RecordResult.Unknown, router.Record(DecisionId.FromBytes(bytes), s_good));
        }
    }

    [Theory]
    [InlineData(1.5, 10)]
    [InlineData(-0.1, 10)]
    [InlineData(double.NaN, 10)]
    [InlineData(0.5, -1)]
    [InlineData(0.5, double.NaN)]
    [InlineData(0.5, double.PositiveInfinity)]
    public void An_impossible_outcome_is_refused_and_the_decision_stays_open(double relevance, double latency)
    {
        using var router = new Router();
        DecisionId id = router.Route("who").Id;
        Assert.Throws<ArgumentException>(() => router.Record(id, new Outcome(relevance, latency)));
        Assert.Equal(RecordResult.Accepted, router.Record(id, s_good));
    }

    [Fact]
    public void Cost_and_feedback_are_checked_too()
    {
        Assert.NotNull((s_good with { Cost = -1 }).Validate());
        Assert.NotNull((s_good with { Cost = double.NaN }).Validate());
        Assert.NotNull((s_good with { Feedback = 1.01 }).Validate());
        Assert.Null((s_good with { Feedback = 0, Cost = 0 }).Validate());
        Assert.Equal((0.0, 0.0), ((s_good with { Feedback = 0 }).Feedback, (s_good with { Cost = 0 }).Cost));
        Assert.Null(s_good.Cost);
        Assert.Null(s_good.Feedback);
        Assert.Null(default(Outcome).Feedback);
    }

    [Fact]
    public void The_users_feedback_takes_the_place_of_the_relevance()
    {
        using var router = new Router(new RouterOptions { Strategy = "rules" });
        router.Record(router.Route("who").Id, new Outcome(0.9, 5) { Feedback = 0.1 });
        Assert.Equal(2, router.GetStatistics().QueryTypes[0].Backends[0].Beta);
    }

    [Fact]
    public void A_reward_function_of_the_users_own_is_learned_as_it_is_and_checked()
    {
        double reward = 0.25;
        using var router = new Router(new RouterOptions { Strategy = "rules", Reward = new RewardOptions.Custom(_ => reward) });
        router.Record(router.Route("who").Id, s_good);
        Assert.Equal(1.25, router.GetStatistics().QueryTypes[0].Backends[0].Alpha);
        reward = double.NaN;
        DecisionId id = router.Route("who").Id;
        Assert.Throws<ArgumentException>(() => router.Record(id, s_good));
        reward = 1;
        Assert.Equal(RecordResult.Accepted, router.Record(id, s_good));
    }

    [Fact]
    public void Priors_are_pseudo_counts_of_their_cell()
    {
        using var router = new Router(new RouterOptions
        {
            Prior = new PriorOptions { Alpha = 2, Beta = 3, Cells = [new PriorCell("personal", "mem0", 50, 5)] },
        });
        RouterStatistics statistics = router.GetStatistics();
        CellStatistics mem0 = statistics.QueryTypes[2].Backends[2];
        Assert.Equal((50.0, 5.0), (mem0.Alpha, mem0.Beta));
        Assert.Equal((2.0, 3.0), (statistics.QueryTypes[0].Backends[0].Alpha, statistics.QueryTypes[0].Backends[0].Beta));
    }

    [Fact]
    public void Eight_threads_that_decide_and_record_lose_nothing()
    {
        const int Threads = 8, Each = 1_000_000;
        using var router = new Router(new RouterOptions { Strategy = "uniform", DuplicateWindow = 1 << 23 });
        long duplicates = 0;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                DecisionId id = router.Route("who").Id;
                if (router.Record(id, s_good) != RecordResult.Accepted)
                {
                    throw new InvalidOperationException("a fresh id was not accepted");
                }

                if ((i & 1023) == 0 && router.Record(id, s_good) == RecordResult.Duplicate)
                {
                    Interlocked.Increment(ref duplicates);
                }
            }
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        RouterStatistics statistics = router.GetStatistics();
        Assert.Equal(Threads * (long)Each, statistics.Decisions);
        Assert.Equal(Threads * (long)Each, statistics.Outcomes);
        Assert.Equal(Threads * (long)Each, statistics.QueryTypes[0].Backends.Sum(static cell => cell.Alpha - 1));
        Assert.Equal(duplicates, statistics.OutcomesByResult["duplicate"]);
        Assert.Equal(Threads * (Each / 1024 + 1), duplicates);
    }

    [Fact]
    public void Two_threads_that_report_the_same_ids_credit_each_once()
    {
        using var router = new Router(new RouterOptions { Strategy = "rules" });
        DecisionId[] ids = [.. Enumerable.Range(0, 200_000).Select(_ => router.Route("who").Id)];
        long accepted = 0;
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            foreach (DecisionId id in ids)
            {
                if (router.Record(id, s_good) == RecordResult.Accepted)
                {
                    Interlocked.Increment(ref accepted);
                }
            }
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        Assert.Equal(ids.Length, accepted);
        Assert.Equal(ids.Length + 1.0, router.GetStatistics().QueryTypes[0].Backends[0].Alpha);
    }
}
