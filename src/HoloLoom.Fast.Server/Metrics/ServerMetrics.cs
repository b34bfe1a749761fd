using HoloLoom.Fast.Hosting;
using HoloLoom.Fast.Hosting.Metering;
using Prometheus;

namespace HoloLoom.Fast.Server.Metrics;

/// <summary>Everything that a server measures, and its form for Prometheus.</summary>
internal sealed class ServerMetrics : IDisposable
{
    private readonly RoutingMeter _meter;
    private readonly OtlpExport? _export;

    public ServerMetrics(RouterRegistry routers)
    {
        _meter = new RoutingMeter(routers);
        var factory = Prometheus.Metrics.WithCustomRegistry(Registry);

        // An exemplar would be looked for in every measurement, and there is no tracing here to point to.
        factory.ExemplarBehavior = ExemplarBehavior.NoExemplars();
        var families = new RouterFamilies(factory);
        Registry.AddBeforeCollectCallback(() => families.Update(_meter.Reader.Read()));
        DotNetStats.Register(Registry);
        Requests = new RequestTimes(factory);
        Decisions = new DecisionTimes(factory);
        _export = OtlpExport.StartIfAsked();
    }

    /// <summary>What a scrape shows.</summary>
    public CollectorRegistry Registry { get; } = Prometheus.Metrics.NewCustomRegistry();

    public RequestTimes Requests { get; }

    public DecisionTimes Decisions { get; }

    public void Dispose()
    {
        _export?.Dispose();
        _meter.Dispose();
    }
}
