namespace HoloLoom.Fast.Tests;

/// <summary>Correcting a recorded outcome: once, whatever the order, the threads and the restarts.</summary>
public sealed class AmendTests : IDisposable
{
    private static readonly Outcome s_good = new(0.9, 10);
    private static readonly Outcome s_bad = new(0.1, 10);
    private readonly Persistence.TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_reward_is_replaced_not_added()
    {
        using var router = new Router(new RouterOptions { Seed = 1 });
        Decision decision = router.Route("who");
        router.Record(decision.Id, s_good);
        Assert.Equal(RecordResult.Accepted, router.Amend(decision.Id, s_good, s_bad));
        Assert.Equal((1, 2, 1L), Cell(router, decision));
        Assert.Equal(0, router.GetStatistics().QueryTypes[decision.QueryType].Backends[decision.Backend].MeanReward);
    }

    [Fact]
    public void A_second_amendment_is_a_duplicate()
    {
        using var router = new Router(new RouterOptions { Seed = 1 });
        Decision decision = router.Route("who");
        router.Record(decision.Id, s_good);
        router.Amend(decision.Id, s_good, s_bad);
        Assert.Equal(RecordResult.Duplicate, router.Amend(decision.Id, s_bad, s_good));
        Assert.Equal((1, 2, 1L), Cell(router, decision));
        Assert.Equal(0, router.GetStatistics().OutcomesByResult["duplicate"]);
    }

    [Fact]
    public void Before_the_first_report_it_is_the_outcome_and_the_report_a_duplicate()
    {
        using var router = new Router(new RouterOptions { Seed = 1 });
        Decision decision = router.Route("who");
        Assert.Equal(RecordResult.Accepted, router.Amend(decision.Id, s_good, s_bad));
        Assert.Equal(RecordResult.Duplicate, router.Record(decision.Id, s_good));
        Assert.Equal((1, 2, 1L), Cell(router, decision));
    }

    [Fact]
    public void Bad_arguments_and_foreign_ids_change_nothing()
    {
        using var router = new Router(new RouterOptions { Seed = 1 });
        Decision decision = router.Route("who");
        router.Record(decision.Id, s_good);
        Assert.Throws<ArgumentException>(() => router.Amend(decision.Id, new Outcome(2, 1), s_bad));
        Assert.Throws<ArgumentException>(() => router.Amend(decision.Id, s_good, new Outcome(0.5, double.NaN)));
        Assert.Throws<ArgumentOutOfRangeException>(() => router.Amend(decision.Id, s_good, s_bad, TimeSpan.FromSeconds(-1)));
        Assert.Equal(RecordResult.Unknown, router.Amend(default, s_good, s_bad));
        Assert.Equal((2, 1, 1L), Cell(router, decision));
        Assert.Equal(RecordResult.Accepted, router.Amend(decision.Id, s_good, s_bad));
    }

    [Fact]
    public void An_amendment_is_in_the_state_along_with_the_knowledge_of_it()
    {
        var options = new RouterOptions { Seed = 1, StateDirectory = _directory.Path, FlushInterval = Timeout.InfiniteTimeSpan };
        Decision amended, unamended;
        using (var router = new Router(options))
        {
            amended = router.Route("who");
            unamended = router.Route("who", router.SetOf(router.Backends[(amended.Backend + 1) % 5]));
            router.Record(amended.Id, s_good);
            router.Record(unamended.Id, s_good);
            router.Flush();
            router.Amend(amended.Id, s_good, s_bad);
        }

        using var after = new Router(options);
        Assert.Equal((1, 2, 1L), Cell(after, amended));
        Assert.Equal(RecordResult.Duplicate, after.Amend(amended.Id, s_good, s_bad));
        Assert.Equal(RecordResult.Accepted, after.Amend(unamended.Id, s_good, s_bad));
        Assert.Equal((1, 2, 1L), Cell(after, unamended));
    }

    [Fact]
    public void With_a_half_life_the_correction_weighs_as_much_as_what_it_corrects()
    {
        var clock = new ManualClock();
        using var router = new Router(new RouterOptions { Seed = 1, HalfLife = TimeSpan.FromHours(1), TimeProvider = clock });
        Decision decision = router.Route("who");
        router.Record(decision.Id, s_good);
        clock.Advance(TimeSpan.FromHours(2.5));
        Assert.Equal(RecordResult.Accepted, router.Amend(decision.Id, s_good, s_bad, TimeSpan.FromHours(2.5)));
        CellStatistics cell = router.GetStatistics().QueryTypes[decision.QueryType].Backends[decision.Backend];
        Assert.Equal(1, cell.Alpha, 12);
        Assert.Equal(1 + double.Exp2(-2.5), cell.Beta, 12);
    }

    [Fact]
    public void A_caller_who_misremembers_cannot_push_a_posterior_below_its_prior()
    {
        using var router = new Router(new RouterOptions { Seed = 1 });
        Decision decision = router.Route("who");
        router.Record(decision.Id, s_bad);
        router.Amend(decision.Id, s_good, s_bad);
        Assert.Equal((1, 3, 1L), Cell(router, decision));
    }

    [Fact]
    public void Decisions_older_than_the_window_expire()
    {
        using var router = new Router(new RouterOptions { Seed = 1, Strategy = "rules", DuplicateWindow = 1 << 16 });
        Decision first = router.Route("who");
        router.Record(first.Id, s_good);
        for (int i = 0; i < 9 << 16; i++)
        {
            router.Record(router.Route("who").Id, s_good);
        }

        Assert.Equal(RecordResult.Expired, router.Amend(first.Id, s_good, s_bad));
    }

    [Fact]
    public void Records_and_amendments_of_racing_threads_count_once_each()
    {
        using var router = new Router(new RouterOptions { Seed = 1, Strategy = "rules" });
        DecisionId[] ids = [.. Enumerable.Range(0, 20_000).Select(_ => router.Route("who").Id)];
        int recorded = 0, amended = 0;
        Thread[] threads = [.. Enumerable.Range(0, 6).Select(thread => new Thread(() =>
        {
            for (int i = 0; i < ids.Length; i++)
            {
                // Half of the threads from the end, so that either comes first.
                DecisionId id = ids[thread % 2 == 0 ? i : ids.Length - 1 - i];
                if (thread < 3 && router.Record(id, s_good) == RecordResult.Accepted)
                {
                    Interlocked.Increment(ref recorded);
                }
                else if (thread >= 3 && router.Amend(id, s_good, s_bad) == RecordResult.Accepted)
                {
                    Interlocked.Increment(ref amended);
                }
            }
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        Assert.Equal(ids.Length, amended);
        Assert.InRange(recorded, 0, ids.Length);
        CellStatistics cell = router.GetStatistics().QueryTypes[0].Backends[0];
        Assert.Equal((1.0, ids.Length + 1.0, ids.Length), (cell.Alpha, cell.Beta, (int)cell.Outcomes));
    }

    private static (double, double, long) Cell(Router router, Decision decision)
    {
        CellStatistics cell = router.GetStatistics().QueryTypes[decision.QueryType].Backends[decision.Backend];
        return (cell.Alpha, cell.Beta, cell.Outcomes);
    }
}
