using HoloLoom.Fast.Hosting;
using HoloLoom.Fast.Hosting.Metering;
using Prometheus;

namespace HoloLoom.Fast.Server.Metrics;

/// <summary>The families of series about routers. Those of what is gone vanish; those of a router that was made anew begin anew.</summary>
internal sealed class RouterFamilies(MetricFactory factory)
{
    private readonly Lock _gate = new();
    private readonly Family _decisions = new(factory, "hololoom_decisions_total", "Decisions by query type and backend.", "router", "query_type", "backend");
    private readonly Family _strategies = new(factory, "hololoom_strategy_decisions_total", "Decisions by strategy.", "router", "strategy");
    private readonly Family _variants = new(
        factory, "hololoom_variant_decisions_total", "Decisions by variant of the running experiment.", "router", "experiment", "variant");
    private readonly Family _outcomes = new(factory, "hololoom_outcomes_total", "Reported outcomes by answer.", "router", "result");
    private readonly Family _posteriors = new(factory, "hololoom_posterior_mean", "Mean of the posterior of the reward.", "router", "query_type", "backend");
    private readonly Family _lags = new(factory, "hololoom_flush_lag_seconds", "How long there has been something to write to the state directory.", "router");
    private readonly Family _errors = new(factory, "hololoom_flush_errors_total", "Flushes to the state directory that failed.", "router");
    private readonly Gauge _routers = factory.CreateGauge("hololoom_routers", "Routers that there are.");
    private readonly Gauge _notServed = factory.CreateGauge("hololoom_routers_not_served", "Routers whose files could not be used at the start.");
    private Dictionary<string, HostedRouter> _known = [];

    private Family[] All => [_decisions, _strategies, _variants, _outcomes, _posteriors, _lags, _errors];

    /// <summary>Takes over readings.</summary>
    /// <param name="readings">Of the routers that are served.</param>
    /// <param name="notServed">How many are not.</param>
    public void Update(IReadOnlyList<RouterReading> readings, int notServed)
    {
        lock (_gate)
        {
            var known = readings.ToDictionary(static reading => reading.Router.Name, static reading => reading.Router);
            foreach ((string name, HostedRouter router) in _known)
            {
                if (known.GetValueOrDefault(name) != router)
                {
                    Array.ForEach(All, family => family.Remove(name));
                }
            }

            _known = known;
            foreach (RouterReading reading in readings)
            {
                Set(reading, reading.Router.Name);
            }

            Array.ForEach(All, static family => family.RemoveUnset());
            _routers.Set(readings.Count);
            _notServed.Set(notServed);
        }
    }

    private void Set(RouterReading reading, string router)
    {
        foreach (CellReading cell in reading.Cells)
        {
            _decisions.Set(cell.Decisions, router, cell.QueryType, cell.Backend);
            _posteriors.Set(cell.Mean, router, cell.QueryType, cell.Backend);
        }

        foreach (CountReading count in reading.Strategies)
        {
            _strategies.Set(count.Count, router, count.Name);
        }

        foreach (CountReading count in reading.Variants)
        {
            _variants.Set(count.Count, router, reading.Experiment, count.Name);
        }

        foreach (CountReading count in reading.Outcomes)
        {
            _outcomes.Set(count.Count, router, count.Name);
        }

        _lags.Set(reading.Flush.Lag.TotalSeconds, router);
        _errors.Set(reading.Flush.Errors, router);
    }
}
