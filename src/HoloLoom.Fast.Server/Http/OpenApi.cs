using Microsoft.AspNetCore.Http;

namespace HoloLoom.Fast.Server.Http;

/// <summary><c>GET /openapi.json</c>: the description of the HTTP interface (OpenAPI 3.1); a test holds it equal to the routes that there are.</summary>
internal static class OpenApi
{
    private static readonly Lazy<byte[]> s_document = new(Read);

    public static Task GetAsync(HttpContext context)
    {
        Answer.Send(context, s_document.Value, MediaTypes.Json);
        return Task.CompletedTask;
    }

    private static byte[] Read()
    {
        using Stream resource = typeof(OpenApi).Assembly.GetManifestResourceStream("openapi.json")!;
        byte[] document = new byte[resource.Length];
        resource.ReadExactly(document);
        return document;
    }
}
