using System.Text;
using HoloLoom.Fast.Experiments;
using HoloLoom.Fast.Hosting;
using HoloLoom.Fast.Tests.Persistence;

namespace HoloLoom.Fast.Tests.Hosting;

public sealed class RouterRegistryTests
{
    private static readonly Outcome s_good = new(0.9, 35);

    [Fact]
    public void Routers_are_found_by_name_in_either_encoding_and_share_nothing()
    {
        using var registry = new RouterRegistry();
        HostedRouter shop = registry.Create("shop-2", new RouterOptions { Strategy = "rules" });
        Assert.Same(shop, registry.Find("shop-2"));
        Assert.Same(shop, registry.Find("shop-2"u8));
        Assert.Same(registry.Default, registry.Find("default"u8));
        Assert.Null(registry.Find("shop"));
        Assert.Null(registry.Find("shøp-2"u8));
        Assert.Null(registry.Find(new byte[100_000]));
        Assert.Equal(["default", "shop-2"], registry.Routers.Select(static router => router.Name));
        Assert.Equal(RecordResult.Unknown, registry.Default.Current.Record(shop.Current.Route("who").Id, s_good));
        Assert.True(registry.Remove("shop-2"));
        Assert.False(registry.Remove("shop-2"));
        Assert.Null(registry.Find("shop-2"));
        Assert.Throws<ObjectDisposedException>(() => shop.Replace(new RouterOptions()));
    }

    [Fact]
    public void Finding_a_router_allocates_nothing()
    {
        using var registry = new RouterRegistry();
        registry.Create("shop", new RouterOptions());
        byte[] name = Encoding.UTF8.GetBytes("shop");
        _ = registry.Find(name);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            _ = registry.Find(name)!.Current;
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a\0")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public void Names_that_could_leave_their_directory_are_refused(string name)
    {
        using var registry = new RouterRegistry();
        Assert.Throws<ArgumentException>(() => registry.Create(name, new RouterOptions()));
        Assert.Single(registry.Routers);
    }

    [Fact]
    public void There_is_an_end_to_their_number_and_their_size()
    {
        using var registry = new RouterRegistry(null, new RouterRegistryOptions { MaxRouters = 2, MaxBytes = 20 << 20 });
        registry.Create("a", new RouterOptions());
        Assert.Throws<InvalidOperationException>(() => registry.Create("a", new RouterOptions()));
        InvalidOperationException large = Assert.Throws<InvalidOperationException>(() => registry.Create("b", new RouterOptions { DuplicateWindow = 1 << 24 }));
        Assert.Contains("duplicateWindow", large.Message, StringComparison.Ordinal);
        registry.Create("b", new RouterOptions());
        Assert.Contains("as many as are allowed", Assert.Throws<InvalidOperationException>(() => registry.Create("c", new RouterOptions())).Message, StringComparison.Ordinal);
        Assert.True(registry.Remove("a"));
        registry.Create("c", new RouterOptions());
        Assert.Throws<ArgumentException>(() => registry.Remove("default"));
    }

    [Fact]
    public void Named_routers_their_configurations_and_what_they_learned_are_there_again_after_a_restart()
    {
        using var directory = new TemporaryDirectory();
        DecisionId pending;
        using (var registry = new RouterRegistry(new RouterOptions { StateDirectory = directory.Path }))
        {
            HostedRouter shop = registry.Create("shop", new RouterOptions { Strategy = "rules" });
            pending = shop.Current.Route("who wrote this").Id;
            shop.Current.Record(shop.Current.Route("who").Id, s_good);
            shop.Replace(new RouterOptions { Strategy = "greedy" });
            registry.Create("gone", new RouterOptions());
            registry.Remove("gone");
        }

        Directory.CreateDirectory(Path.Combine(directory.Path, "routers", "notes"));
        Directory.CreateDirectory(Path.Combine(directory.Path, "routers", "torn"));
        File.WriteAllText(Path.Combine(directory.Path, "routers", "torn", "configuration.json"), "{");
        using var again = new RouterRegistry(new RouterOptions { StateDirectory = directory.Path });
        Assert.Equal(["default", "shop"], again.Routers.Select(static router => router.Name));
        Assert.Equal(2, again.Messages.Count);
        Router restored = again.Find("shop")!.Current;
        Assert.Equal("greedy", restored.Strategy);
        Assert.Equal(1, restored.GetStatistics().Outcomes);
        Assert.Equal(RecordResult.Accepted, restored.Record(pending, s_good));
    }

    [Fact]
    public async Task A_winner_is_promoted_and_a_broken_guardrail_rolled_back_without_anybody_asking()
    {
        var options = new RouterOptions
        {
            Seed = 1,
            Experiment = new ExperimentOptions
            {
                Name = "e",
                Variants = [new("good") { Strategy = "uniform" }, new("bad") { Strategy = "uniform" }],
                PromotedShare = 0.9,
                Guardrails = new GuardrailOptions { FailureRate = 0.5 },
            },
        };
        using var registry = new RouterRegistry(options, new RouterRegistryOptions { SupervisionInterval = TimeSpan.FromMilliseconds(20) });
        Router router = registry.Default.Current;
        await DecideUntilAsync(good: 0.9, bad: 0.6, kind: "promote");
        await DecideUntilAsync(good: 0.1, bad: 0.6, kind: "roll back");

        async Task DecideUntilAsync(double good, double bad, string kind)
        {
            var random = new Random(7);
            for (int i = 0; ExperimentReport.Of(router).Steps.All(step => step.Kind != kind); i++)
            {
                Assert.True(i < 500, $"no step '{kind}' after {i} thousand outcomes");
                for (int k = 0; k < 1000; k++)
                {
                    Decision decision = router.Route("who");
                    bool success = random.NextDouble() < (router.Variants[decision.Variant] == "good" ? good : bad);
                    router.Record(decision.Id, new Outcome(success ? 0.9 : 0.1, 35));
                }

                await Task.Delay(5);
            }
        }
    }

    [Fact]
    public void A_configuration_is_replaced_only_for_who_has_seen_the_present_one()
    {
        using var registry = new RouterRegistry(new RouterOptions { Strategy = "rules" });
        HostedRouter router = registry.Default;
        string seen = router.ETag;
        DecisionId id = router.Current.Route("who").Id;
        Router before = router.Current;
        Assert.True(router.TryReplace(new RouterOptions { Strategy = "greedy" }, seen));
        Assert.False(router.TryReplace(new RouterOptions { Strategy = "uniform" }, seen));
        Assert.NotEqual(seen, router.ETag);
        Assert.Equal("greedy", router.Current.Strategy);
        Assert.Throws<RouterConfigurationException>(() => router.Replace(new RouterOptions { Strategy = "best" }));
        Assert.Equal("greedy", router.Current.Strategy);
        Assert.True(before.Route("who").Backend >= 0);
        Assert.Equal(RecordResult.Accepted, router.Current.Record(id, s_good));
        Assert.True(router.TryReplace(new RouterOptions { Strategy = "rules" }, null));
        Assert.Equal(seen, router.ETag);
        Assert.NotNull(router.ReplacedAt);
    }

    [Fact]
    public void A_replacement_that_needs_more_than_there_may_be_is_refused_and_one_that_needs_less_never_is()
    {
        var limits = new RouterRegistryOptions { MaxBytes = 20 << 20 };
        using var registry = new RouterRegistry(new RouterOptions { DuplicateWindow = 1 << 24 }, limits);
        string seen = registry.Default.ETag;
        Assert.Throws<InvalidOperationException>(() => registry.Default.Replace(new RouterOptions { DuplicateWindow = 1 << 25 }));
        Assert.Equal(seen, registry.Default.ETag);
        registry.Default.Replace(new RouterOptions { DuplicateWindow = 1 << 24, Strategy = "rules" });
        registry.Default.Replace(new RouterOptions());
        HostedRouter named = registry.Create("a", new RouterOptions());
        Assert.Throws<InvalidOperationException>(() => named.Replace(new RouterOptions { DuplicateWindow = 1 << 24 }));
        Assert.Equal("thompson", named.Current.Strategy);
    }

    [Fact]
    public void Replacing_without_end_does_not_gather_routers_without_end()
    {
        using var registry = new RouterRegistry();
        InvalidOperationException problem = Assert.Throws<InvalidOperationException>(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                registry.Default.Replace(new RouterOptions { Strategy = i % 2 == 0 ? "rules" : "greedy" });
            }
        });
        Assert.Contains("wait a little", problem.Message, StringComparison.Ordinal);
        Assert.Equal("greedy", registry.Default.Current.Strategy);
    }

    [Fact]
    public void A_router_that_could_not_be_removed_whole_does_not_come_back_and_teaches_no_later_one()
    {
        using var directory = new TemporaryDirectory();
        string rest = Path.Combine(directory.Path, "routers", ".removed-0123");
        using (var registry = new RouterRegistry(new RouterOptions { StateDirectory = directory.Path }))
        {
            HostedRouter shop = registry.Create("shop", new RouterOptions());
            shop.Current.Record(shop.Current.Route("who").Id, s_good);
            Assert.True(registry.Remove("shop"));
            Assert.Equal(0, registry.Create("shop", new RouterOptions()).Current.GetStatistics().Outcomes);
        }

        Directory.Move(Path.Combine(directory.Path, "routers", "shop"), rest);
        using var again = new RouterRegistry(new RouterOptions { StateDirectory = directory.Path });
        Assert.Null(again.Find("shop"));
        Assert.Empty(again.Messages);
        Assert.False(Directory.Exists(rest));
    }

    [Fact]
    public void What_lies_where_a_router_would_is_neither_learned_from_nor_deleted()
    {
        using var directory = new TemporaryDirectory();
        string shop = Path.Combine(directory.Path, "routers", "shop");
        Directory.CreateDirectory(shop);
        using (var earlier = new Router(new RouterOptions { StateDirectory = shop }))
        {
            earlier.Record(earlier.Route("who").Id, s_good);
        }

        string[] states = Directory.GetFiles(shop);
        Array.ForEach(states, static state => File.WriteAllText(state, "damaged"));
        using var registry = new RouterRegistry(new RouterOptions { StateDirectory = directory.Path });
        Assert.Throws<InvalidOperationException>(() => registry.Create("shop", new RouterOptions()));
        Assert.Equal(states.Order(StringComparer.Ordinal), Directory.GetFiles(shop).Order(StringComparer.Ordinal));
        Assert.Null(registry.Find("shop"));
    }

    [Fact]
    public void A_configuration_that_cannot_be_saved_is_not_put_in_force()
    {
        using var directory = new TemporaryDirectory();
        using var registry = new RouterRegistry(new RouterOptions { StateDirectory = directory.Path });
        HostedRouter shop = registry.Create("shop", new RouterOptions { Strategy = "rules" });
        Unprivileged.Run(() => Assert.Throws<IOException>(() => shop.Replace(new RouterOptions { Strategy = "greedy" })));
        Assert.Equal("rules", shop.Current.Strategy);
        Unprivileged.Run(() => Assert.Throws<IOException>(() => registry.Create("other", new RouterOptions())));
        Assert.Equal(2, registry.Routers.Count);
    }
}
