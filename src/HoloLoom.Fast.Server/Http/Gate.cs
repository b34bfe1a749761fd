using System.Diagnostics;
using System.Net;
using System.Text;
using HoloLoom.Fast.Server.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HoloLoom.Fast.Server.Http;

/// <summary>
/// What every request passes: where no key is needed, that it comes from this machine's own programs and from no web page; where one is, the
/// key; and whatever goes wrong further on becomes an answer. Here, where all of it is around, its time is taken.
/// </summary>
internal sealed partial class Gate(AccessKeys keys, ClientLimit? limit, RequestTimes times, ILogger logger)
{
    private const string Scheme = "Bearer ";
    private const string BrowserScheme = "Basic ";

    private static readonly HashSet<string> s_open = new(StringComparer.OrdinalIgnoreCase) { "/healthz", "/readyz" };

    /// <summary>The paths that reading is enough for; others that are only read need the full key.</summary>
    private static readonly HashSet<string> s_reading = new(StringComparer.OrdinalIgnoreCase) { "GET", "HEAD" };

    public async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        long began = Stopwatch.GetTimestamp();
        try
        {
            Check(context);
            await next(context);
            if (!context.Response.HasStarted && context.Response.StatusCode >= 400 && context.Response.ContentLength is null && context.Response.ContentType is null)
            {
                await Problem.WriteAsync(context, context.Response.StatusCode, Detail(context));
            }
        }
        catch (ProblemException problem) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, problem);
        }
        catch (BadHttpRequestException problem) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, new ProblemException(problem.StatusCode, problem.Message, cause: problem));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone: there is nobody to answer.
        }
        catch (IOException) when (context.RequestAborted.IsCancellationRequested)
        {
        }
        catch (Exception problem) when (!context.Response.HasStarted)
        {
            LogFailure(problem, context.Request.Method, context.Request.Path.Value ?? "");
            await AnswerAsync(context, new ProblemException(StatusCodes.Status500InternalServerError, "Something went wrong here; the log says what."));
        }
        finally
        {
            times.Note(context, began);
        }
    }

    private static async Task AnswerAsync(HttpContext context, ProblemException problem)
    {
        context.Response.Clear();
        if (problem.Status == StatusCodes.Status401Unauthorized)
        {
            // A browser asks its user for the key, but only if that is who wants to look.
            bool isPerson = s_reading.Contains(context.Request.Method) && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
            context.Response.Headers.WWWAuthenticate = isPerson ? "Basic realm=\"HoloLoom.Fast: any name, and the key as the password\", charset=\"UTF-8\"" : "Bearer";
        }

        if (problem.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
        {
            context.Response.Headers.RetryAfter = problem.Status == StatusCodes.Status429TooManyRequests ? "1" : "5";
        }

        await Problem.WriteAsync(context, problem);
    }

    private void Check(HttpContext context)
    {
        HttpRequest request = context.Request;
        if (s_open.Contains(request.Path))
        {
            return;
        }

        // Before the key is looked at: who tries keys is to be slowed down, too.
        limit?.Count(context);

        if (!keys.AreRequired)
        {
            RequireOwn(request);
            return;
        }

        byte[] given = Key(request) ?? throw new ProblemException(StatusCodes.Status401Unauthorized, "Send the key as 'Authorization: Bearer KEY'.");
        switch (keys.Check(given))
        {
            case Access.None:
                throw new ProblemException(StatusCodes.Status401Unauthorized, "The key is not this server's.");
            case Access.Read when !s_reading.Contains(request.Method):
                throw new ProblemException(StatusCodes.Status403Forbidden, "This key may only look; another is needed to route, report or configure.");
        }
    }

    // What a browser's user has typed (RFC 7617, the name is not looked at) is only good for looking: a browser sends it along with whatever a
    // page of anybody else makes it send here.
    private static byte[]? Key(HttpRequest request)
    {
        string given = request.Headers.Authorization.ToString();
        if (given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return Encoding.UTF8.GetBytes(given[Scheme.Length..].Trim());
        }

        if (!given.StartsWith(BrowserScheme, StringComparison.OrdinalIgnoreCase) || !s_reading.Contains(request.Method))
        {
            return null;
        }

        byte[] pair = new byte[given.Length];
        return Convert.TryFromBase64String(given[BrowserScheme.Length..].Trim(), pair, out int length) && pair.AsSpan(0, length).IndexOf((byte)':') is >= 0 and int colon
            ? pair[(colon + 1)..length]
            : null;
    }

    // Without a key the loopback address is the fence, and a browser is inside it: a page from anywhere may send requests here, also under a
    // name of its own that it points here (DNS rebinding). Such a page names itself, in Host or Origin.
    private static void RequireOwn(HttpRequest request)
    {
        if (!IsOwn(request.Host.Host))
        {
            throw new ProblemException(
                StatusCodes.Status403Forbidden, $"The server is asked for as '{request.Host.Host}'. Without a key it answers to localhost only; set HOLOLOOM_API_KEY for other names.");
        }

        string? origin = request.Headers.Origin;
        if (origin is not null && !(Uri.TryCreate(origin, UriKind.Absolute, out Uri? page) && IsOwn(page.Host) && page.Port == (request.Host.Port ?? page.Port)))
        {
            throw new ProblemException(StatusCodes.Status403Forbidden, $"A page of '{origin}' may not send requests here; set HOLOLOOM_API_KEY and give it the key.");
        }
    }

    private static bool IsOwn(string host) =>
        host.Length == 0 || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));

    private static string Detail(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => $"There is nothing at {context.Request.Path}; /openapi.json tells what there is.",
        StatusCodes.Status405MethodNotAllowed => $"{context.Request.Path} does not take {context.Request.Method}, but {context.Response.Headers.Allow}.",
        StatusCodes.Status429TooManyRequests => "This client sends more requests than it may; slow down.",
        _ => "The request could not be answered.",
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed.")]
    private partial void LogFailure(Exception problem, string method, string path);
}
