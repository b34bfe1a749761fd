using System.Text.Json;
using HoloLoom.Fast.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace HoloLoom.Fast.Server.Http;

/// <summary>Configurations, and the routers that have them.</summary>
internal sealed class ConfigurationEndpoints(RouterFinder finder, RouterRegistry registry)
{
    /// <summary><c>GET …/config</c>: everything filled in, with an entity tag.</summary>
    public Task GetAsync(HttpContext context)
    {
        HostedRouter router = finder.Of(context);
        context.Response.Headers.ETag = router.ETag;
        if (Matches(context.Request.GetTypedHeaders().IfNoneMatch, router.ETag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        Answer.Send(context, router.ConfigurationJson.Span, MediaTypes.Json);
        return Task.CompletedTask;
    }

    /// <summary><c>PUT …/config</c>: checked, then put in force at once; what was learned stays. <c>If-Match</c> guards against others' changes.</summary>
    public async Task PutAsync(HttpContext context)
    {
        HostedRouter router = finder.Of(context);
        Replace(context, router, await ReadAsync(context));
        Answer.Send(context, router.ConfigurationJson.Span, MediaTypes.Json);
    }

    /// <summary><c>PUT /v1/routers/NAME</c>: makes a router, or replaces its configuration.</summary>
    public async Task PutRouterAsync(HttpContext context)
    {
        string name = (string)context.Request.RouteValues[RouterFinder.Parameter]!;
        RouterOptions options = await ReadAsync(context);
        if (registry.Find(name) is { } present)
        {
            if (Matches(context.Request.GetTypedHeaders().IfNoneMatch, present.ETag))
            {
                throw new ProblemException(StatusCodes.Status412PreconditionFailed, $"There is a router '{name}' already.");
            }

            Replace(context, present, options);
            Answer.Send(context, present.ConfigurationJson.Span, MediaTypes.Json);
            return;
        }

        if (Expected(context.Request).Count > 0)
        {
            throw new ProblemException(StatusCodes.Status412PreconditionFailed, $"There is no router '{name}'.");
        }

        HostedRouter router = Guarded(() => registry.Create(name, options));
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.Headers.ETag = router.ETag;
        context.Response.Headers.Location = $"/v1/routers/{name}";
        Answer.Send(context, router.ConfigurationJson.Span, MediaTypes.Json);
    }

    /// <summary><c>DELETE /v1/routers/NAME</c>: ends a router and deletes what it learned.</summary>
    public Task DeleteRouterAsync(HttpContext context)
    {
        string name = (string)context.Request.RouteValues[RouterFinder.Parameter]!;
        if (!Guarded(() => registry.Remove(name)))
        {
            throw new ProblemException(StatusCodes.Status404NotFound, $"There is no router '{name}'; GET /v1/routers lists those that there are.");
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    /// <summary><c>GET /v1/routers</c>.</summary>
    public Task ListAsync(HttpContext context)
    {
        JsonText text = JsonText.Start();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteStartArray("routers"u8);
            foreach (HostedRouter router in registry.Routers)
            {
                Router current = router.Current;
                json.WriteStartObject();
                json.WriteString("name"u8, router.Name);
                json.WriteString("strategy"u8, current.Strategy);
                json.WriteString("etag"u8, router.ETag);
                Strings(json, "backends", current.Backends);
                Strings(json, "query_types", current.QueryTypes);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartObject("not_served"u8);
            foreach ((string name, string reason) in registry.NotServed)
            {
                json.WriteString(name, reason);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        Answer.Send(context, text, MediaTypes.Json);
        return Task.CompletedTask;
    }

    private static void Strings(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static async Task<RouterOptions> ReadAsync(HttpContext context)
    {
        MediaTypes.RequireJson(context.Request);
        using RequestBody body = await RequestBody.ReadAsync(context);
        try
        {
            return RouterOptions.FromJson(body.Span);
        }
        catch (RouterConfigurationException problem)
        {
            throw Unusable(problem);
        }
    }

    private static void Replace(HttpContext context, HostedRouter router, RouterOptions options)
    {
        IList<EntityTagHeaderValue> expected = Expected(context.Request);
        string? seen = expected.Count == 0 || expected.Any(static tag => tag == EntityTagHeaderValue.Any) ? null
            : expected.Select(static tag => tag.ToString()).FirstOrDefault(tag => tag == router.ETag) ?? "none of these";
        if (!Guarded(() => router.TryReplace(options, seen)))
        {
            throw new ProblemException(
                StatusCodes.Status412PreconditionFailed, "The configuration was changed since it was read. Read it again, and put the change into what it is now.");
        }

        context.Response.Headers.ETag = router.ETag;
    }

    // A tag that cannot be read must not pass for none: the client wants to overwrite nothing that it has not seen.
    private static IList<EntityTagHeaderValue> Expected(HttpRequest request)
    {
        IList<EntityTagHeaderValue> tags = request.GetTypedHeaders().IfMatch;
        return tags.Count > 0 || request.Headers.IfMatch.Count == 0
            ? tags
            : throw new ProblemException(
                StatusCodes.Status400BadRequest, $"If-Match is '{request.Headers.IfMatch}', which is no entity tag; send the ETag as it came, with its quotes.");
    }

    private static T Guarded<T>(Func<T> change)
    {
        try
        {
            return change();
        }
        catch (RouterConfigurationException problem)
        {
            throw Unusable(problem);
        }
        catch (ArgumentException problem)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, problem.Message, cause: problem);
        }
        catch (ObjectDisposedException problem)
        {
            throw new ProblemException(StatusCodes.Status404NotFound, "The router was removed.", cause: problem);
        }
        catch (InvalidOperationException problem)
        {
            throw new ProblemException(StatusCodes.Status409Conflict, problem.Message, cause: problem);
        }
        catch (IOException problem)
        {
            throw new ProblemException(StatusCodes.Status503ServiceUnavailable, problem.Message, cause: problem);
        }
    }

    private static ProblemException Unusable(RouterConfigurationException problem) =>
        new(StatusCodes.Status422UnprocessableEntity, problem.Message, pointer: problem.Path, cause: problem);

    private static bool Matches(IList<EntityTagHeaderValue> tags, string etag) =>
        tags.Any(tag => tag == EntityTagHeaderValue.Any || tag.Tag == etag);
}
