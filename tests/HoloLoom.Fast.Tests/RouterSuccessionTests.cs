using System.Collections.Concurrent;
using HoloLoom.Fast.Classification;
using HoloLoom.Fast.Tests.Persistence;

namespace HoloLoom.Fast.Tests;

public sealed class RouterSuccessionTests
{
    private static readonly Outcome s_good = new(0.9, 35);

    [Fact]
    public void A_successor_credits_earlier_decisions_once_at_either_router_and_has_learned_what_was_learned()
    {
        using var first = new Router(new RouterOptions { Seed = 3 });
        Decision reported = first.Route("who wrote this");
        Decision pending = first.Route("find my latest notes");
        Assert.Equal(RecordResult.Accepted, first.Record(reported.Id, s_good));
        using Router second = first.Succeed(new RouterOptions { Strategy = "rules" });

        Assert.Equal("rules", second.Strategy);
        Assert.Equal(RecordResult.Duplicate, second.Record(reported.Id, s_good));
        Assert.Equal(RecordResult.Duplicate, first.Record(reported.Id, s_good));
        Assert.Equal(RecordResult.Accepted, first.Record(pending.Id, s_good));
        Assert.Equal(RecordResult.Duplicate, second.Record(pending.Id, s_good));
        Decision late = first.Route("who else");
        Decision next = second.Route("who else");
        Assert.NotEqual(late.Id, next.Id);
        Assert.Equal(RecordResult.Accepted, second.Record(late.Id, s_good));
        Assert.Equal(RecordResult.Accepted, first.Record(next.Id, s_good));
        Assert.Equal(RecordResult.Accepted, first.Amend(next.Id, s_good, new Outcome(0.1, 35)));
        Assert.Equal(RecordResult.Duplicate, second.Amend(next.Id, s_good, new Outcome(0.1, 35)));

        first.Dispose();
        RouterStatistics statistics = second.GetStatistics();
        Assert.Equal((4, 4), (statistics.Decisions, statistics.Outcomes));
        Assert.Equal(3, statistics.DecisionsByStrategy["thompson"]);
    }

    [Fact]
    public void Names_are_followed_and_what_the_new_configuration_lacks_comes_back_later()
    {
        using var first = new Router(new RouterOptions { Seed = 3, Strategy = "rules" });
        Decision decision = first.Route("who wrote this");
        first.Record(decision.Id, s_good);
        Decision pending = first.Route("who reads it");
        using Router without = first.Succeed(
            new RouterOptions
            {
                Backends = ["mem0", "qdrant"],
                QueryTypes = [new QueryTypeOptions("personal", "mem0", [QueryPattern.Words("my")]), new QueryTypeOptions("other", "qdrant", [])],
            });
        Assert.Contains(without.StateMessages, static message => message.Contains("set aside", StringComparison.Ordinal));
        Assert.Equal(RecordResult.Expired, without.Record(pending.Id, s_good));
        using Router again = without.Succeed(new RouterOptions());
        Assert.Equal((2.0, 1.0), again.Posterior(decision.QueryType, decision.Backend));
        Assert.Equal(RecordResult.Accepted, first.Record(pending.Id, s_good));
        Assert.Equal((3.0, 1.0), again.Posterior(decision.QueryType, decision.Backend));
    }

    [Fact]
    public void The_state_directory_goes_to_the_successor()
    {
        using var directory = new TemporaryDirectory();
        using var first = new Router(new RouterOptions { StateDirectory = directory.Path });
        DecisionId id = first.Route("who").Id;
        using (Router second = first.Succeed(new RouterOptions { Strategy = "rules" }))
        {
            first.Dispose();
            Assert.Equal(RecordResult.Accepted, second.Record(id, s_good));
            second.Flush();
            Assert.Equal(1, Router.ReadStatistics(directory.Path).Outcomes);
            Assert.Throws<IOException>(() => new Router(new RouterOptions { StateDirectory = directory.Path }));
        }

        using var later = new Router(new RouterOptions { StateDirectory = directory.Path });
        Assert.Equal(RecordResult.Duplicate, later.Record(id, s_good));
    }

    [Fact]
    public void What_cannot_be_used_changes_nothing()
    {
        using var directory = new TemporaryDirectory();
        using var router = new Router(new RouterOptions { StateDirectory = directory.Path });
        DecisionId id = router.Route("who").Id;
        Assert.Throws<RouterConfigurationException>(() => router.Succeed(new RouterOptions { Strategy = "best" }));
        Assert.Throws<ArgumentException>(() => router.Succeed(new RouterOptions { StateDirectory = directory.Path + "-other" }));
        Assert.Equal(RecordResult.Accepted, router.Record(id, s_good));
        router.Flush();
        Assert.Equal(1, Router.ReadStatistics(directory.Path).Outcomes);
        using Router successor = router.Succeed(new RouterOptions());
        Assert.Throws<InvalidOperationException>(() => router.Succeed(new RouterOptions()));
        Assert.Equal(RecordResult.Duplicate, successor.Record(id, s_good));
    }

    [Fact]
    public void If_the_state_cannot_be_written_the_router_goes_on_as_before()
    {
        using var directory = new TemporaryDirectory();
        using var router = new Router(new RouterOptions { StateDirectory = directory.Path });
        DecisionId id = router.Route("who").Id;
        Assert.Equal(RecordResult.Accepted, router.Record(id, s_good));
        Unprivileged.Run(() => Assert.Throws<IOException>(() => router.Succeed(new RouterOptions())));
        Assert.Equal(RecordResult.Duplicate, router.Record(id, s_good));
        Assert.Equal(RecordResult.Accepted, router.Record(router.Route("who").Id, s_good));
        using Router successor = router.Succeed(new RouterOptions());
        Assert.Equal(2, successor.GetStatistics().Outcomes);
    }

    [Fact]
    public void Outcomes_that_race_with_a_hundred_successions_are_all_learned_exactly_once()
    {
        const int Threads = 4;
        const int PerThread = 50_000;
        var current = new Router(new RouterOptions { Seed = 5, Strategy = "uniform" });
        var all = new ConcurrentBag<Router> { current };
        long accepted = 0, duplicates = 0, others = 0;
        using var start = new Barrier(Threads + 1);
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(index => new Thread(() =>
        {
            start.SignalAndWait();
            var pending = new Queue<(Router By, DecisionId Id)>();
            for (int i = 0; i < PerThread; i++)
            {
                Router router = Volatile.Read(ref current);
                pending.Enqueue((router, router.Route("who wrote this").Id));
                if (pending.Count > index * 50)
                {
                    (Router by, DecisionId id) = pending.Dequeue();
                    Count((i & 1) == 0 ? by.Record(id, s_good) : Volatile.Read(ref current).Record(id, s_good));
                    if (i % 7 == 0)
                    {
                        Count(by.Record(id, s_good));
                    }
                }
            }

            foreach ((Router by, DecisionId id) in pending)
            {
                Count(by.Record(id, s_good));
            }
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        start.SignalAndWait();
        for (int i = 0; i < 100; i++)
        {
            Router next = current.Succeed(new RouterOptions { Strategy = i % 2 == 0 ? "thompson" : "uniform" });
            all.Add(next);
            Volatile.Write(ref current, next);
            Thread.Sleep(1);
        }

        Array.ForEach(threads, static thread => thread.Join());
        foreach (Router router in all.Where(router => router != current))
        {
            router.Dispose();
        }

        RouterStatistics statistics = current.GetStatistics();
        current.Dispose();
        Assert.Equal(0, others);
        Assert.Equal(Threads * PerThread, accepted);
        Assert.Equal(Threads * PerThread, statistics.Outcomes);
        Assert.Equal(Threads * PerThread, statistics.Decisions);
        Assert.Equal(Threads * PerThread, statistics.QueryTypes.Sum(static type => type.Backends.Sum(static cell => cell.Outcomes)));
        Assert.Equal(duplicates, statistics.OutcomesByResult["duplicate"]);

        void Count(RecordResult result) => Interlocked.Increment(
            ref result == RecordResult.Accepted ? ref accepted : ref result == RecordResult.Duplicate ? ref duplicates : ref others);
    }
}
