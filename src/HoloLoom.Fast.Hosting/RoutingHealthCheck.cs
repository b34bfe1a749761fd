using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace HoloLoom.Fast.Hosting;

/// <summary>Degraded while what was learned cannot be written; routing and learning go on in memory.</summary>
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

        return Task.FromResult(HealthCheckResult.Healthy());
    }
}
