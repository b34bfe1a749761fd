using HoloLoom.Fast.Hosting;
using Microsoft.AspNetCore.Http;

namespace HoloLoom.Fast.Server.Http;

/// <summary>Finds the router that a request is for: the one in its path, or the default one.</summary>
internal sealed class RouterFinder(RouterRegistry registry)
{
    public const string Parameter = "router";

    /// <exception cref="ProblemException">There is no such router, or it is not served.</exception>
    public HostedRouter Of(HttpContext context) =>
        context.Request.RouteValues.Count == 0 || context.Request.RouteValues[Parameter] is not string name
            ? registry.Default
            : Named(name);

    /// <summary>Finds a router by its name.</summary>
    /// <exception cref="ProblemException">There is no such router, or it is not served.</exception>
    public HostedRouter Named(string name) => registry.Find(name) ?? throw Missing(name);

    private ProblemException Missing(string name) => registry.NotServed.TryGetValue(name, out string? reason)
        ? new ProblemException(StatusCodes.Status503ServiceUnavailable, $"The router '{name}' is not served: {reason} The server's operator can repair its files and start again, or DELETE it.")
        : new ProblemException(StatusCodes.Status404NotFound, $"There is no router '{name}'; GET /v1/routers lists those that there are.");
}
