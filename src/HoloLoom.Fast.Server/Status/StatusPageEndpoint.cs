using HoloLoom.Fast.Hosting;
using HoloLoom.Fast.Server.Http;
using Microsoft.AspNetCore.Http;

namespace HoloLoom.Fast.Server.Status;

/// <summary>The page for people, and the history that its charts show.</summary>
internal sealed class StatusPageEndpoint(RouterFinder finder, RouterRegistry registry, History history, ServerLatencies latencies)
{
    /// <summary><c>GET /</c>: the page about a router, that which <c>?router=</c> names or the default one.</summary>
    public Task GetAsync(HttpContext context)
    {
        string? name = context.Request.Query[RouterFinder.Parameter];
        HostedRouter router = string.IsNullOrEmpty(name) ? registry.Default : finder.Named(name);
        PageHeaders.Set(context.Response.Headers);
        Answer.Send(context, StatusPage.Write(StatusView.Of(router, registry, history, latencies, DateTimeOffset.UtcNow)), "text/html; charset=utf-8");
        return Task.CompletedTask;
    }

    /// <summary><c>GET …/history</c>: what a router did in the last hour.</summary>
    public Task GetHistoryAsync(HttpContext context)
    {
        Answer.Send(context, HistoryJson.Write(history.Of(finder.Of(context)), history.EndOf, latencies.All).WrittenSpan, MediaTypes.Json);
        return Task.CompletedTask;
    }
}
