using System.Diagnostics.Metrics;
using HoloLoom.Fast.Hosting;
using HoloLoom.Fast.Hosting.Metering;
using HoloLoom.Fast.Tests.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HoloLoom.Fast.Tests.Hosting.Metering;

public sealed class RoutingMeterTests
{
    private static readonly RouterOptions s_rules = new() { Strategy = "rules", Seed = 1 };

    [Fact]
    public void Everything_that_was_decided_and_learned_is_measured()
    {
        using var registry = new RouterRegistry(s_rules with
        {
            Experiment = new ExperimentOptions
            {
                Name = "trial",
                Variants = [new VariantOptions("a") { Strategy = "rules" }, new VariantOptions("b") { Strategy = "greedy" }],
            },
        });
        registry.Create("other", s_rules);
        using var meter = new RoutingMeter(registry);
        using var listener = new Listening(meter);
        Router router = registry.Default.Current;
        Decision first = router.Route("who wrote this");
        router.Route("find my latest notes");
        registry.Find("other".AsSpan())!.Current.Route("who");
        router.Record(first.Id, new Outcome(0.9, 35));
        router.Record(first.Id, new Outcome(0.9, 35));

        Dictionary<string, double> seen = listener.Collect();
        Assert.Equal(2, Sum(seen, "hololoom.decisions{router=default,"));
        Assert.Equal(1, Sum(seen, "hololoom.decisions{router=other,"));
        Assert.Equal(2, Sum(seen, "hololoom.variant.decisions{router=default,experiment=trial,"));
        Assert.Equal(2, Sum(seen, "hololoom.strategy.decisions{router=default,"));
        Assert.Equal(1, seen["hololoom.strategy.decisions{router=other,strategy=rules}"]);
        Assert.Equal(1, seen["hololoom.outcomes{router=default,result=accepted}"]);
        Assert.Equal(1, seen["hololoom.outcomes{router=default,result=duplicate}"]);
        Assert.Equal(0, seen["hololoom.outcomes{router=other,result=accepted}"]);
        string cell = $"{{router=default,query_type={router.QueryTypes[first.QueryType]},backend={router.Backends[first.Backend]}}}";
        (double alpha, double beta) = router.Posterior(first.QueryType, first.Backend);
        Assert.Equal(alpha / (alpha + beta), seen["hololoom.posterior.mean" + cell]);
        Assert.Equal(0, seen["hololoom.flush.lag{router=default}"]);
        Assert.Equal(0, seen["hololoom.flush.errors{router=default}"]);
        Assert.Equal(2, seen["hololoom.routers{}"]);
        Assert.DoesNotContain(seen.Keys, static key => key.StartsWith("hololoom.variant.decisions{router=other", StringComparison.Ordinal));
    }

    [Fact]
    public void All_instruments_of_a_collection_are_of_one_moment_and_the_next_collection_is_of_another()
    {
        using var registry = new RouterRegistry(s_rules);
        using var meter = new RoutingMeter(registry);
        using var listener = new Listening(meter) { OnMeasured = () => registry.Default.Current.Route("who") };
        for (int i = 0; i < 3; i++)
        {
            Dictionary<string, double> seen = listener.Collect();
            Assert.Equal(Sum(seen, "hololoom.decisions{"), Sum(seen, "hololoom.strategy.decisions{"));
            Assert.True(i == 0 || Sum(seen, "hololoom.decisions{") > 0);
        }
    }

    [Fact]
    public void Counts_do_not_go_down_when_configurations_come_and_go_but_begin_anew_with_a_new_router()
    {
        using var registry = new RouterRegistry(s_rules);
        HostedRouter other = registry.Create("other", s_rules);
        using var meter = new RoutingMeter(registry);
        using var listener = new Listening(meter);
        const string Rules = "hololoom.strategy.decisions{router=other,strategy=rules}";
        Router before = other.Current;
        for (int i = 0; i < 5; i++)
        {
            before.Route("who");
        }

        other.Replace(new RouterOptions { Strategy = "greedy", Seed = 1 });
        Dictionary<string, double> seen = listener.Collect();
        Assert.Equal((5, 5), (Sum(seen, "hololoom.decisions{router=other"), seen[Rules]));
        other.Current.Route("who");

        // A configuration without what was decided for, and back.
        other.Replace(new RouterOptions { Backends = ["one"], QueryTypes = [new QueryTypeOptions("all", "one", [])], Seed = 1 });
        seen = listener.Collect();
        Assert.Equal((0, 5), (Sum(seen, "hololoom.decisions{router=other"), seen[Rules]));
        Assert.DoesNotContain(seen.Keys, static key => key.Contains("router=other", StringComparison.Ordinal) && key.Contains("neo4j", StringComparison.Ordinal));
        other.Replace(s_rules);
        Assert.Equal(6, Sum(listener.Collect(), "hololoom.decisions{router=other"));

        registry.Remove("other");
        Assert.DoesNotContain(listener.Collect().Keys, static key => key.Contains("router=other", StringComparison.Ordinal));
        registry.Create("other", s_rules);
        Assert.Equal(0, Sum(listener.Collect(), "hololoom.decisions{router=other"));
    }

    [Fact]
    public void Decisions_at_a_router_after_it_was_replaced_lower_no_count_and_are_counted_when_it_is_given_up()
    {
        using var registry = new RouterRegistry(s_rules);
        using var meter = new RoutingMeter(registry);
        using var listener = new Listening(meter);
        Router before = registry.Default.Current;
        before.Route("who");
        registry.Default.Replace(s_rules);
        before.Route("who");
        Assert.Equal(1, Sum(listener.Collect(), "hololoom.decisions{"));
        before.Dispose();
        Assert.Equal(2, Sum(listener.Collect(), "hololoom.decisions{"));
    }

    [Fact]
    public void Lag_grows_while_nothing_can_be_written_and_errors_are_counted()
    {
        using var directory = new TemporaryDirectory();
        var clock = new ManualClock();
        using var registry = new RouterRegistry(s_rules with { StateDirectory = directory.Path, FlushInterval = Timeout.InfiniteTimeSpan, TimeProvider = clock });
        using var meter = new RoutingMeter(registry);
        using var listener = new Listening(meter);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal((0, 0), Flush());

        // An hour without anything to write is no lag.
        registry.Default.Current.Route("who");
        clock.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal((7, 0), Flush());
        string blocked = Path.Combine(directory.Path, "state.hlf.tmp");
        Directory.CreateDirectory(blocked);
        Assert.ThrowsAny<IOException>(registry.Default.Current.Flush);
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal((12, 1), Flush());

        // Whoever takes the place goes on counting.
        Directory.Delete(blocked);
        registry.Default.Replace(s_rules with { Seed = 2 });
        Assert.Equal((0, 1), Flush());

        (double Lag, double Errors) Flush()
        {
            Dictionary<string, double> seen = listener.Collect();
            return (seen["hololoom.flush.lag{router=default}"], seen["hololoom.flush.errors{router=default}"]);
        }
    }

    [Fact]
    public async Task An_application_that_adds_routing_has_the_meter()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddHoloLoomRouting(s_rules);
        using IHost host = builder.Build();
        await host.StartAsync();
        RouterRegistry registry = host.Services.GetRequiredService<RouterRegistry>();
        using var listener = new Listening(host.Services.GetRequiredService<IMeterFactory>());
        registry.Default.Current.Route("who");
        Assert.Equal(1, Sum(listener.Collect(), "hololoom.decisions{router=default"));
        await host.StopAsync();
    }

    [Fact]
    public void Nothing_is_measured_of_a_registry_that_has_ended_and_it_does_not_throw()
    {
        var registry = new RouterRegistry(s_rules);
        using var meter = new RoutingMeter(registry);
        using var listener = new Listening(meter);
        registry.Default.Current.Route("who");
        registry.Dispose();
        listener.Collect();
        meter.Dispose();
        Assert.Empty(listener.Collect());
    }

    private static double Sum(Dictionary<string, double> seen, string prefix) =>
        seen.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)).Sum(static pair => pair.Value);

    /// <summary>Collects one meter, whatever others the process has.</summary>
    private sealed class Listening : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Dictionary<string, double> _seen = [];

        public Listening(RoutingMeter meter)
            : this(meter.Is)
        {
        }

        public Listening(IMeterFactory factory)
            : this(meter => ReferenceEquals(meter.Scope, factory))
        {
        }

        private Listening(Func<Meter, bool> isMine)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == RoutingMeter.Name && isMine(instrument.Meter))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.Start();
        }

        public Action? OnMeasured { get; init; }

        public Dictionary<string, double> Collect()
        {
            _seen.Clear();
            _listener.RecordObservableInstruments();
            return new(_seen);
        }

        public void Dispose() => _listener.Dispose();

        private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            _seen.Add($"{instrument.Name}{{{string.Join(',', tags.ToArray().Select(static tag => $"{tag.Key}={tag.Value}"))}}}", value);
            OnMeasured?.Invoke();
        }
    }
}
