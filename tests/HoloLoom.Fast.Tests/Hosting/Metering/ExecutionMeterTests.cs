using System.Diagnostics.Metrics;
using HoloLoom.Fast.Execution;
using HoloLoom.Fast.Hosting.Metering;
using HoloLoom.Fast.Tests.Execution;
using static HoloLoom.Fast.Tests.Execution.ScriptedBackend;

namespace HoloLoom.Fast.Tests.Hosting.Metering;

public sealed class ExecutionMeterTests
{
    [Fact]
    public async Task The_cache_and_the_circuits_are_measured()
    {
        ScriptedBackend a = Throwing("a"), b = Scoring("b", 1);
        Orchestrator orchestrator = Setup.Over(
            new OrchestratorOptions { Resilience = new() { Retries = 0, MinimumThroughput = 2 }, Cache = new ResultCacheOptions() }, a, b);
        using var meter = new ExecutionMeter(orchestrator, "search");
        Dictionary<string, double> seen = Collect("search");
        Assert.Equal(
            ["hololoom.cache.entries", "hololoom.cache.lookups hit", "hololoom.cache.lookups miss", "hololoom.circuit.open a", "hololoom.circuit.open b"],
            seen.Keys.Order(StringComparer.Ordinal));
        Assert.All(seen.Values, static value => Assert.Equal(0, value));

        // While a backend fails, results are partial and not remembered.
        await orchestrator.ExecuteAsync("one");
        await orchestrator.ExecuteAsync("one");
        await orchestrator.ExecuteAsync("one");
        await orchestrator.ExecuteAsync("one");
        seen = Collect("search");
        Assert.Equal(1, seen["hololoom.cache.entries"]);
        Assert.Equal((1, 3), (seen["hololoom.cache.lookups hit"], seen["hololoom.cache.lookups miss"]));
        Assert.Equal((1, 0), (seen["hololoom.circuit.open a"], seen["hololoom.circuit.open b"]));

        meter.Dispose();
        Assert.Empty(Collect("search"));
    }

    [Fact]
    public void Without_a_cache_there_is_nothing_in_it_and_several_are_told_apart()
    {
        Orchestrator first = Setup.Over(Scoring("a", 1)), second = Setup.Over(Scoring("b", 1));
        using var one = new ExecutionMeter(first, "first");
        using var two = new ExecutionMeter(second, "second");
        Assert.Equal(0, Collect("first")["hololoom.cache.entries"]);
        Assert.Contains("hololoom.circuit.open b", Collect("second").Keys);
        Assert.Throws<ArgumentNullException>(() => new ExecutionMeter(null!));
        Assert.Throws<ArgumentException>(() => new ExecutionMeter(first, ""));
    }

    // The measurements of an orchestrator, each by its instrument's name and its other attribute.
    private static Dictionary<string, double> Collect(string orchestrator)
    {
        var seen = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                // Those of routers are read by another test meanwhile, and reading them is not without effect.
                if (instrument.Meter.Name == RoutingMeter.Name && instrument.Name.Split('.')[1] is "cache" or "circuit")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();
        listener.RecordObservableInstruments();
        return seen;

        void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            // Other tests' meters are of the same name.
            if (tags.Length > 0 && tags[0] is { Key: "orchestrator" } tag && Equals(tag.Value, orchestrator))
            {
                seen.Add(tags.Length > 1 ? $"{instrument.Name} {tags[1].Value}" : instrument.Name, value);
            }
        }
    }
}
