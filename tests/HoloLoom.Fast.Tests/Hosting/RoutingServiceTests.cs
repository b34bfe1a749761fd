using System.Text;
using HoloLoom.Fast.Hosting;
using HoloLoom.Fast.Tests.Persistence;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace HoloLoom.Fast.Tests.Hosting;

public sealed class RoutingServiceTests
{
    private const string Configuration = """
        {
          "backends": ["42", "vectors"],
          "queryTypes": [
            { "name": "orders", "backend": "42", "patterns": ["order, 17", { "words": ["c++"] }] },
            { "name": "other", "backend": "vectors", "patterns": [] }
          ],
          "strategy": "rules", "seed": 7, "prior": { "alpha": 2.5, "beta": 1 }, "reward": { "kind": "threshold", "relevance": 0.5 }
        }
        """;

    [Fact]
    public async Task A_section_means_what_the_same_file_means_also_where_text_looks_like_a_number()
    {
        using IHost host = HostOf($$"""{ "Routing": {{Configuration}} }""", out _);
        await host.StartAsync();
        HostedRouter routing = host.Services.GetRequiredService<HostedRouter>();
        using var fromFile = new Router(RouterOptions.FromJson(Configuration));
        Assert.Equal(Encoding.UTF8.GetString(fromFile.Options.ToJson()), Encoding.UTF8.GetString(routing.ConfigurationJson.Span));
        Assert.Equal("42", routing.Current.Backends[routing.Current.Route("an order").Backend]);
        await host.StopAsync();
    }

    [Theory]
    [InlineData("""{ "Routing": { "strategy": "best" } }""", "$.strategy")]
    [InlineData("""{ "Routing": { "prior": { "alpha": "much" } } }""", "$.prior.alpha")]
    [InlineData("""{ "Routing": { "stratgy": "rules" } }""", "$.stratgy")]
    public async Task A_configuration_that_cannot_be_used_stops_the_start_and_says_where(string settings, string path)
    {
        using IHost host = HostOf(settings, out _);
        RouterConfigurationException problem = await Assert.ThrowsAsync<RouterConfigurationException>(() => host.StartAsync());
        Assert.Equal(path, problem.Path);
        Assert.Contains("'Routing'", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_is_taken_over_if_it_is_valid_and_what_was_learned_stays()
    {
        using IHost host = HostOf("""{ "Routing": { "strategy": "rules" } }""", out Action<string> change);
        await host.StartAsync();
        HostedRouter routing = host.Services.GetRequiredService<HostedRouter>();
        DecisionId id = routing.Current.Route("who").Id;
        change("""{ "Routing": { "strategy": "best" } }""");
        Assert.Equal("rules", routing.Current.Strategy);
        change("""{ "Routing": { "strategy": "greedy" } }""");
        Assert.Equal("greedy", routing.Current.Strategy);
        Assert.Equal(RecordResult.Accepted, routing.Current.Record(id, new Outcome(0.9, 35)));
        Router before = routing.Current;
        change("""{ "Routing": { "strategy": "greedy" }, "Other": 1 }""");
        Assert.Same(before, routing.Current);
        await host.StopAsync();
    }

    [Fact]
    public async Task What_was_learned_is_on_disk_when_the_application_has_stopped_and_health_tells_when_it_cannot_be_written()
    {
        using var directory = new TemporaryDirectory();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddHoloLoomRouting(new RouterOptions { StateDirectory = directory.Path, FlushInterval = TimeSpan.FromMilliseconds(20) });
        using IHost host = builder.Build();
        await host.StartAsync();
        HostedRouter routing = host.Services.GetRequiredService<HostedRouter>();
        HealthCheckService health = host.Services.GetRequiredService<HealthCheckService>();
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync()).Status);

        // A directory in the place of the file that is to be written.
        string blocked = Path.Combine(directory.Path, "state.hlf.tmp");
        Directory.CreateDirectory(blocked);
        routing.Current.Record(routing.Current.Route("who").Id, new Outcome(0.9, 35));
        await Until(async () => (await health.CheckHealthAsync()).Status == HealthStatus.Degraded);
        Directory.Delete(blocked);
        await Until(async () => (await health.CheckHealthAsync()).Status == HealthStatus.Healthy);

        routing.Current.Record(routing.Current.Route("who").Id, new Outcome(0.9, 35));
        await host.StopAsync();
        Assert.Equal(2, Router.ReadStatistics(directory.Path).Outcomes);
    }

    private static async Task Until(Func<Task<bool>> condition)
    {
        for (int i = 0; !await condition(); i++)
        {
            Assert.True(i < 500, "it did not come about within ten seconds");
            await Task.Delay(20);
        }
    }

    private static IHost HostOf(string settings, out Action<string> change)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var source = new ChangingJson(settings);
        ((IConfigurationBuilder)builder.Configuration).Add(source);
        builder.Services.AddHoloLoomRouting(builder.Configuration.GetSection("Routing"));
        change = source.Change;
        return builder.Build();
    }

    /// <summary>A file that is edited.</summary>
    private sealed class ChangingJson(string text) : ConfigurationProvider, IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public override void Load() => Read(text);

        public void Change(string changed)
        {
            Read(changed);
            OnReload();
        }

        private void Read(string json) => Data = new ConfigurationBuilder()
            .AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build().AsEnumerable().ToDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
