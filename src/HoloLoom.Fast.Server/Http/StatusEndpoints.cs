using HoloLoom.Fast.Experiments;
using HoloLoom.Fast.Hosting;
using Microsoft.AspNetCore.Http;

namespace HoloLoom.Fast.Server.Http;

/// <summary>Statistics, and whether the server lives and serves.</summary>
internal sealed class StatusEndpoints(RouterFinder finder, RouterRegistry registry, CancellationToken stopping)
{
    /// <summary><c>GET …/stats</c>: what <c>hololoom stats --json</c> prints of a state.</summary>
    public Task StatsAsync(HttpContext context)
    {
        Answer.Send(context, finder.Of(context).Current.GetStatistics().ToJson(), MediaTypes.Json);
        return Task.CompletedTask;
    }

    /// <summary><c>GET …/experiment</c>: what <c>hololoom experiment report --format json</c> prints of a state.</summary>
    public Task ExperimentAsync(HttpContext context)
    {
        Router router = finder.Of(context).Current;
        if (router.Options.Experiment is null)
        {
            throw new ProblemException(StatusCodes.Status404NotFound, "The router runs no experiment; its configuration's 'experiment' begins one.");
        }

        Answer.Send(context, ExperimentReport.Of(router).ToJson(), MediaTypes.Json);
        return Task.CompletedTask;
    }

    /// <summary><c>GET /healthz</c>: the process lives.</summary>
    public static Task HealthAsync(HttpContext context)
    {
        Answer.Send(context, "{\"status\":\"ok\"}"u8, MediaTypes.Json);
        return Task.CompletedTask;
    }

    /// <summary><c>GET /readyz</c>: requests are welcome. Not while the server stops, nor while what is learned cannot be saved.</summary>
    public Task ReadyAsync(HttpContext context)
    {
        if (stopping.IsCancellationRequested)
        {
            throw new ProblemException(StatusCodes.Status503ServiceUnavailable, "The server is stopping.");
        }

        foreach (HostedRouter router in registry.Routers)
        {
            if (router.Current.BackgroundFlushError is { } problem)
            {
                throw new ProblemException(
                    StatusCodes.Status503ServiceUnavailable, $"The state of the router '{router.Name}' is not being saved: {problem.Message}", cause: problem);
            }
        }

        Answer.Send(context, "{\"status\":\"ready\"}"u8, MediaTypes.Json);
        return Task.CompletedTask;
    }
}
