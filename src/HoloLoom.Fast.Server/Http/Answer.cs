using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace HoloLoom.Fast.Server.Http;

/// <summary>Sends answers that are made.</summary>
internal static class Answer
{
    /// <summary>Copies an answer to the connection, before anything is awaited; the end of the request sends it.</summary>
    public static void Send(HttpContext context, JsonText text, string type) => Send(context, text.Written, type);

    /// <inheritdoc cref="Send(HttpContext, JsonText, string)"/>
    public static void Send(HttpContext context, ReadOnlySpan<byte> body, string type)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.BodyWriter.Write(body);
        }
    }
}
