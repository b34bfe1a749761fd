using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace HoloLoom.Fast.Server.Http;

/// <summary>A request that cannot be answered as asked, as problem details (RFC 9457).</summary>
internal sealed class ProblemException(int status, string detail, string? pointer = null, int? index = null, Exception? cause = null) : Exception(detail, cause)
{
    public int Status { get; } = status;

    /// <summary>Which part of a configuration is meant, as a path.</summary>
    public string? Pointer { get; } = pointer;

    /// <summary>Which of several items is meant, counted from 0.</summary>
    public int? Index { get; } = index;
}

/// <summary>Writes problem details.</summary>
internal static class Problem
{
    private const string ContentType = "application/problem+json";

    /// <summary>Answers with a problem; the connection goes on.</summary>
    public static Task WriteAsync(HttpContext context, ProblemException problem) =>
        WriteAsync(context, problem.Status, problem.Message, problem.Pointer, problem.Index);

    /// <inheritdoc cref="WriteAsync(HttpContext, ProblemException)"/>
    public static async Task WriteAsync(HttpContext context, int status, string detail, string? pointer = null, int? index = null)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("title"u8, Title(status));
            json.WriteNumber("status"u8, status);
            json.WriteString("detail"u8, detail);
            if (pointer is not null)
            {
                json.WriteString("path"u8, pointer);
            }

            if (index is int number)
            {
                json.WriteNumber("index"u8, number);
            }

            json.WriteEndObject();
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.BodyWriter.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length), context.RequestAborted);
        }
    }

    private static string Title(int status) => status switch
    {
        400 => "Bad request",
        401 => "A key is needed",
        403 => "Not allowed",
        404 => "Not found",
        405 => "Method not allowed",
        406 => "Not acceptable",
        408 => "Request timeout",
        409 => "Conflict",
        412 => "Precondition failed",
        413 => "Request too large",
        415 => "Unsupported media type",
        422 => "Configuration not usable",
        429 => "Too many requests",
        431 => "Request head too large",
        503 => "Not available",
        _ => status >= 500 ? "Server error" : "Bad request",
    };
}
