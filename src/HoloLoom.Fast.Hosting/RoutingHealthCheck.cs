using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace HoloLoom.Fast.Hosting;

/// <summary>Degraded while what was learned cannot be written, when routing and learning go on in memory; and while a router is not served.</summary>
internal sealed class RoutingHealthCheck(RouterRegistry registry) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        foreach (HostedRouter router in registry.Routers)
        {
            if (router.Current.BackgroundFlushError is { } problem)
            {
                return Task.FromResult(HealthCheckResult.Degraded($"The state of the router '{router.Name}' is not being saved: {problem.Message}", problem));
            }
        }

        foreach ((string name, string reason) in registry.NotServed)
        {
            return Task.FromResult(HealthCheckResult.Degraded($"The router '{name}' is not served: {reason}"));
        }

        return Task.FromResult(HealthCheckResult.Healthy());
    }
}
