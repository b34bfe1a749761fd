using HoloLoom.Fast.Hosting;
using HoloLoom.Fast.Hosting.Metering;
using HoloLoom.Fast.Server.Status;
using Prometheus;

namespace HoloLoom.Fast.Server.Metrics;

/// <summary>Everything that a server measures, and its form for Prometheus.</summary>
internal sealed class ServerMetrics : IDisposable
{
    private readonly RoutingMeter _meter;
    private readonly OtlpExport? _export;

    public ServerMetrics(RouterRegistry routers)
    {
        _export = OtlpExport.StartIfAsked();
        _meter = new RoutingMeter(routers);
        var factory = Prometheus.Metrics.WithCustomRegistry(Registry);

        // An exemplar would be looked for in every measurement, and there is no tracing here to point to.
        factory.ExemplarBehavior = ExemplarBehavior.NoExemplars();
        var families = new RouterFamilies(factory);
        Connections = new ConnectionFamilies(factory);
        Registry.AddBeforeCollectCallback(() =>
        {
            families.Update(_meter.Reader.Read(), routers.NotServed.Count);
            Connections.Update();
        });
        DotNetStats.Register(Registry);
        Requests = new RequestTimes(factory, Latencies);
        Decisions = new DecisionTimes(factory, Latencies);
        History = new History(_meter.Reader, Latencies, TimeProvider.System);
    }

    /// <summary>What a scrape shows.</summary>
    public CollectorRegistry Registry { get; } = Prometheus.Metrics.NewCustomRegistry();

    public RequestTimes Requests { get; }

    public DecisionTimes Decisions { get; }

    public ConnectionFamilies Connections { get; }

    /// <summary>What the status page shows of both.</summary>
    public ServerLatencies Latencies { get; } = new();

    /// <summary>The last hour.</summary>
    public History History { get; }

    public void Dispose()
    {
        History.Dispose();
        _export?.Dispose();
        _meter.Dispose();
    }
}
