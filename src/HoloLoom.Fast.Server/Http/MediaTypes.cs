using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace HoloLoom.Fast.Server.Http;

/// <summary>The kinds of content that are taken and given.</summary>
/// <remarks>Bodies must say that they are JSON: a web page cannot send that to another origin without asking first.</remarks>
internal static class MediaTypes
{
    public const string Json = "application/json";
    public const string Lines = "application/jsonl";
    public const string Metrics = "text/plain; version=0.0.4; charset=utf-8";
    public const string OpenMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private static readonly string[] s_lines = [Lines, "application/x-ndjson", "application/x-jsonlines"];

    /// <exception cref="ProblemException">The body is not said to be JSON.</exception>
    public static void RequireJson(HttpRequest request)
    {
        if (!Is(request.ContentType, Json))
        {
            throw Unsupported(request, Json);
        }
    }

    /// <summary>The type of a body that is JSON or JSON lines.</summary>
    /// <exception cref="ProblemException">It is neither.</exception>
    public static string RequireJsonOrLines(HttpRequest request) =>
        Is(request.ContentType, Json) ? Json
        : Array.Exists(s_lines, type => Is(request.ContentType, type)) ? Lines
        : throw Unsupported(request, $"{Json} or {Lines}");

    public static bool IsLines(string type) => type == Lines;

    /// <summary>Whether the answer is to be JSON lines: by what the client accepts, or else as it asked.</summary>
    /// <exception cref="ProblemException">It accepts neither.</exception>
    public static bool WantsLines(HttpRequest request, bool asAsked)
    {
        if (request.Headers.Accept.Count == 0)
        {
            return asAsked;
        }

        (double? lines, double? json) = (null, null);
        foreach (MediaTypeHeaderValue accepted in request.GetTypedHeaders().Accept)
        {
            double quality = accepted.Quality ?? 1;
            bool any = accepted.MatchesAllTypes || (accepted.MatchesAllSubTypes && accepted.Type == "application");
            if (any || Array.Exists(s_lines, type => accepted.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase)))
            {
                lines = Math.Max(lines ?? 0, any ? quality / 1000 : quality);
            }

            if (any || accepted.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase))
            {
                json = Math.Max(json ?? 0, any ? quality / 1000 : quality);
            }
        }

        return lines is null or 0 && json is null or 0
            ? throw new ProblemException(StatusCodes.Status406NotAcceptable, $"The answer can be {Json} or {Lines}.")
            : lines == json ? asAsked : (lines ?? 0) > (json ?? 0);
    }

    private static bool Is(string? given, string type) =>
        given is not null && given.StartsWith(type, StringComparison.OrdinalIgnoreCase)
        && (given.Length == type.Length || given[type.Length] is ';' or ' ');

    private static ProblemException Unsupported(HttpRequest request, string expected) =>
        new(StatusCodes.Status415UnsupportedMediaType, $"The body is said to be '{request.ContentType ?? "nothing"}'; send it with Content-Type: {expected}.");
}
