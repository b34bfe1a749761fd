using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace HoloLoom.Fast.Server.Http;

/// <summary>So many requests a second for each client, a second's worth at once. Health checks do not count; requests with wrong keys do.</summary>
internal sealed class ClientLimit(int perSecond)
{
    private readonly PartitionedRateLimiter<IPAddress> _limiter = PartitionedRateLimiter.Create<IPAddress, IPAddress>(
        address => RateLimitPartition.GetTokenBucketLimiter(address, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = perSecond,
            TokensPerPeriod = Math.Max(1, perSecond / 10),
            ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, perSecond / 10) / (double)perSecond),
            AutoReplenishment = true,
        }));

    /// <summary>Counts a request.</summary>
    /// <exception cref="ProblemException">It is one too many.</exception>
    public void Count(HttpContext context)
    {
        using RateLimitLease lease = _limiter.AttemptAcquire(Client(context.Connection.RemoteIpAddress));
        if (!lease.IsAcquired)
        {
            throw new ProblemException(StatusCodes.Status429TooManyRequests, $"This client sends more than {perSecond} requests a second; slow down.");
        }
    }

    /// <summary>Whose an address is: in IPv6 a client has all addresses of its /64 network (RFC 6177), and could use a new one for each request.</summary>
    internal static IPAddress Client(IPAddress? address)
    {
        if (address is null)
        {
            return IPAddress.None;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        Span<byte> bytes = stackalloc byte[16];
        _ = address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }
}
