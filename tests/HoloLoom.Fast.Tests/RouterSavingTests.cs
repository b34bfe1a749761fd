using HoloLoom.Fast.Tests.Persistence;

namespace HoloLoom.Fast.Tests;

public sealed class RouterSavingTests
{
    private static readonly Outcome s_good = new(0.9, 35);

    [Fact]
    public void A_loaded_router_credits_earlier_decisions_once_and_has_learned_what_was_learned()
    {
        using var directory = new TemporaryDirectory();
        using var first = new Router(new RouterOptions { Seed = 3 });
        Decision reported = first.Route("who wrote this");
        Decision pending = first.Route("find my latest notes");
        Assert.Equal(RecordResult.Accepted, first.Record(reported.Id, s_good));
        first.Save(directory.Path);

        using Router second = Router.Load(directory.Path);
        Assert.Equal(RecordResult.Duplicate, second.Record(reported.Id, s_good));
        Assert.Equal(RecordResult.Accepted, second.Record(pending.Id, s_good));
        Assert.Equal(RecordResult.Duplicate, second.Record(pending.Id, s_good));
        Assert.Equal((2.0, 1.0), second.Posterior(reported.QueryType, reported.Backend));
        Assert.Equal(2, second.GetStatistics().Outcomes);
    }

    [Fact]
    public void No_two_loads_of_a_state_give_out_the_same_id_also_after_an_older_one_was_saved_again()
    {
        using var directory = new TemporaryDirectory();
        using var origin = new Router(new RouterOptions { Seed = 3 });
        origin.Save(directory.Path);
        using Router second = Router.Load(directory.Path);
        using Router third = Router.Load(directory.Path);
        origin.Save(directory.Path);
        using Router fourth = Router.Load(directory.Path);
        DecisionId[] ids = [.. new[] { origin, second, third, fourth }.Select(static router => router.Route("who").Id)];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(ids[..3], id => Assert.Equal(RecordResult.Accepted, fourth.Record(id, s_good)));
    }

    [Fact]
    public void A_saved_state_serves_as_a_state_directory_and_the_other_way_round()
    {
        using var directory = new TemporaryDirectory();
        DecisionId id;
        using (var saver = new Router(new RouterOptions { Seed = 3 }))
        {
            id = saver.Route("who").Id;
            saver.Save(directory.Path);
        }

        using (var owner = new Router(new RouterOptions { StateDirectory = directory.Path }))
        {
            Assert.Equal(RecordResult.Accepted, owner.Record(id, s_good));
            Assert.Throws<IOException>(() => Router.Load(directory.Path));
            owner.Save(directory.Path);
            Assert.Equal(1, Router.ReadStatistics(directory.Path).Outcomes);
        }

        using Router loaded = Router.Load(directory.Path);
        Assert.Equal(RecordResult.Duplicate, loaded.Record(id, s_good));
    }

    [Fact]
    public void An_id_of_a_backend_that_the_loading_configuration_lacks_expires()
    {
        using var directory = new TemporaryDirectory();
        using var saver = new Router(new RouterOptions { Seed = 3 });
        DecisionId id = saver.Route("who", saver.SetOf("hybrid")).Id;
        saver.Save(directory.Path);
        using Router loaded = Router.Load(directory.Path, new RouterOptions { Backends = [.. RouterOptions.DefaultBackends.SkipLast(1)] });
        Assert.Equal(RecordResult.Expired, loaded.Record(id, s_good));
    }

    [Fact]
    public void What_cannot_be_loaded_or_saved_is_an_error_and_changes_nothing()
    {
        using var directory = new TemporaryDirectory();
        string missing = Path.Combine(directory.Path, "missing");
        Assert.Throws<DirectoryNotFoundException>(() => Router.Load(missing));
        Assert.False(Directory.Exists(missing));
        Assert.Contains("no state", Assert.Throws<FileNotFoundException>(() => Router.Load(directory.Path)).Message);
        Assert.Throws<ArgumentException>(() => Router.Load(directory.Path, new RouterOptions { StateDirectory = missing }));
        string file = Path.Combine(directory.Path, "file");
        File.WriteAllText(file, "text");
        var router = new Router(new RouterOptions { Seed = 3 });
        Assert.ThrowsAny<IOException>(() => router.Save(file));
        Assert.Equal("text", File.ReadAllText(file));
        router.Dispose();
        Assert.Throws<ObjectDisposedException>(() => router.Save(missing));
        Assert.Throws<ArgumentException>(() => router.Save(""));
    }

    [Fact]
    public void A_posterior_is_what_the_statistics_say_and_decays_with_them()
    {
        var clock = new ManualClock();
        using var router = new Router(new RouterOptions { Seed = 3, Strategy = "rules", HalfLife = TimeSpan.FromHours(1), TimeProvider = clock });
        Decision decision = router.Route("who");
        router.Record(decision.Id, s_good);
        clock.Advance(TimeSpan.FromHours(1));
        CellStatistics cell = router.GetStatistics().QueryTypes[0].Backends[0];
        Assert.Equal((cell.Alpha, cell.Beta), router.Posterior(0, 0));
        Assert.Equal(1.5, router.Posterior(0, 0).Alpha, 1e-9);
        Assert.Throws<ArgumentOutOfRangeException>(() => router.Posterior(5, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => router.Posterior(0, -1));
    }
}
