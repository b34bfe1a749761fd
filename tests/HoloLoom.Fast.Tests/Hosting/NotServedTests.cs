using HoloLoom.Fast.Hosting;
using HoloLoom.Fast.Tests.Persistence;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace HoloLoom.Fast.Tests.Hosting;

/// <summary>One router's files are damaged: it alone is not served.</summary>
public sealed class NotServedTests
{
    private static readonly Outcome s_good = new(0.9, 10);

    public static TheoryData<string> Damages => ["cut off", "a bit turned", "text", "empty", "a directory", "in use", "configuration cut off", "configuration unusable"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_damaged_router_keeps_no_other_from_its_work_and_its_files_stay(string damage)
    {
        using var directory = new TemporaryDirectory();
        var options = new RouterOptions { StateDirectory = directory.Path };
        using (var registry = new RouterRegistry(options))
        {
            Learn(registry.Default);
            Learn(registry.Create("other", new RouterOptions()));
            HostedRouter first = registry.Create("shop", new RouterOptions());
            Learn(first);
            first.Current.Flush();
            Learn(first);
        }

        string shop = Path.Combine(directory.Path, "routers", "shop");
        using Router? user = damage == "in use" ? new Router(new RouterOptions { StateDirectory = shop }) : null;
        if (user is null)
        {
            Damage(shop, damage);
        }

        SortedDictionary<string, string> before = Contents(shop);
        using (var registry = new RouterRegistry(options))
        {
            Assert.Equal(["shop"], registry.NotServed.Keys);
            Assert.NotEqual("", registry.NotServed["shop"]);
            Assert.Null(registry.Find("shop"));
            Assert.Contains(shop, Assert.Single(registry.Messages, static message => message.Contains("shop", StringComparison.Ordinal)), StringComparison.Ordinal);
            Assert.Equal(1, registry.Default.Current.GetStatistics().Outcomes);
            Assert.Equal(1, registry.Find("other")!.Current.GetStatistics().Outcomes);
            Learn(registry.Find("other")!);
            HealthCheckResult health = await new RoutingHealthCheck(registry).CheckHealthAsync(new HealthCheckContext());
            Assert.Equal(HealthStatus.Degraded, health.Status);
            Assert.Contains("'shop'", health.Description, StringComparison.Ordinal);

            InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => registry.Create("shop", new RouterOptions()));
            Assert.Contains(registry.NotServed["shop"], refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, Contents(shop));
        if (user is not null)
        {
            return;
        }

        using (var registry = new RouterRegistry(options))
        {
            Assert.True(registry.Remove("shop"));
            Assert.False(registry.Remove("shop"));
            Assert.Empty(registry.NotServed);
            Assert.False(Directory.Exists(shop));
            Assert.Equal(0, registry.Create("shop", new RouterOptions()).Current.GetStatistics().Outcomes);
        }

        using var last = new RouterRegistry(options);
        Assert.Empty(last.Messages);
        Assert.NotNull(last.Find("shop"));
        Assert.Equal(HealthStatus.Healthy, (await new RoutingHealthCheck(last).CheckHealthAsync(new HealthCheckContext())).Status);
    }

    [Fact]
    public void What_was_repaired_is_served_again_with_all_that_it_learned()
    {
        using var directory = new TemporaryDirectory();
        var options = new RouterOptions { StateDirectory = directory.Path };
        using (var registry = new RouterRegistry(options))
        {
            Learn(registry.Create("shop", new RouterOptions()));
        }

        string shop = Path.Combine(directory.Path, "routers", "shop");
        var good = Directory.GetFiles(shop).ToDictionary(static file => file, File.ReadAllBytes);
        Damage(shop, "text");
        using (var registry = new RouterRegistry(options))
        {
            Assert.Null(registry.Find("shop"));
        }

        foreach ((string file, byte[] bytes) in good)
        {
            File.WriteAllBytes(file, bytes);
        }

        using var again = new RouterRegistry(options);
        Assert.Equal(1, again.Find("shop")!.Current.GetStatistics().Outcomes);
    }

    [Fact]
    public void The_default_router_must_be_in_order()
    {
        using var directory = new TemporaryDirectory();
        using (var registry = new RouterRegistry(new RouterOptions { StateDirectory = directory.Path }))
        {
            Learn(registry.Default);
        }

        Damage(directory.Path, "text");
        Assert.ThrowsAny<IOException>(() => new RouterRegistry(new RouterOptions { StateDirectory = directory.Path }));
    }

    private static void Learn(HostedRouter router) => Assert.Equal(RecordResult.Accepted, router.Current.Record(router.Current.Route("who").Id, s_good));

    private static void Damage(string directory, string how)
    {
        string configuration = Path.Combine(directory, "configuration.json");
        foreach (string file in Directory.GetFiles(directory))
        {
            if (how.StartsWith("configuration", StringComparison.Ordinal) != (file == configuration))
            {
                continue;
            }

            byte[] bytes = File.ReadAllBytes(file);
            switch (how)
            {
                case "cut off" or "configuration cut off":
                    File.WriteAllBytes(file, bytes[..(bytes.Length / 2)]);
                    break;
                case "a bit turned" when bytes.Length > 0:
                    bytes[bytes.Length / 2] ^= 0x10;
                    File.WriteAllBytes(file, bytes);
                    break;
                case "text":
                    File.WriteAllText(file, "these are not the bytes of a state");
                    break;
                case "empty":
                    File.WriteAllBytes(file, []);
                    break;
                case "a directory":
                    File.Delete(file);
                    Directory.CreateDirectory(file);
                    break;
                case "configuration unusable":
                    File.WriteAllText(file, """{"backends":[]}""");
                    break;
            }
        }
    }

    // The lock of a router that is in use cannot be read.
    private static SortedDictionary<string, string> Contents(string directory) => new(
        Directory.GetFileSystemEntries(directory).Where(static path => !path.EndsWith(".lock", StringComparison.Ordinal)).ToDictionary(
            static path => path,
            static path => Directory.Exists(path) ? "directory" : Convert.ToHexString(File.ReadAllBytes(path))),
        StringComparer.Ordinal);
}
