using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace HoloLoom.Fast.Server.Http;

/// <summary>So many requests a second for each address, a second's worth at once. Health checks do not count.</summary>
internal sealed class ClientLimit(int perSecond, RequestDelegate next)
{
    private readonly PartitionedRateLimiter<IPAddress> _limiter = PartitionedRateLimiter.Create<IPAddress, IPAddress>(
        address => RateLimitPartition.GetTokenBucketLimiter(address, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = perSecond,
            TokensPerPeriod = Math.Max(1, perSecond / 10),
            ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, perSecond / 10) / (double)perSecond),
            AutoReplenishment = true,
        }));

    public async Task PassAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/healthz", StringComparison.OrdinalIgnoreCase)
            && !context.Request.Path.StartsWithSegments("/readyz", StringComparison.OrdinalIgnoreCase))
        {
            using RateLimitLease lease = _limiter.AttemptAcquire(context.Connection.RemoteIpAddress ?? IPAddress.None);
            if (!lease.IsAcquired)
            {
                throw new ProblemException(StatusCodes.Status429TooManyRequests, $"This client sends more than {perSecond} requests a second; slow down.");
            }
        }

        await next(context);
    }
}
