using Microsoft.AspNetCore.Http;

namespace HoloLoom.Fast.Server.Status;

/// <summary>What the page may do in a browser: use what this server gives it, and be in no other page's frame.</summary>
internal static class PageHeaders
{
    public static void Set(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";

        // The page shows what is, and the rest is asked for again by its tag.
        headers.CacheControl = "no-cache";
    }
}
