using System.Security.Cryptography;
using HoloLoom.Fast.Server.Http;
using Microsoft.AspNetCore.Http;

namespace HoloLoom.Fast.Server.Status;

/// <summary>The page's style, scripts and icon, as they are in this assembly.</summary>
internal sealed class Assets
{
    public const string Prefix = "/status/";

    private static readonly (string Name, string Type)[] s_files =
    [
        ("page.css", "text/css; charset=utf-8"),
        ("page.js", "text/javascript; charset=utf-8"),
        ("uplot.css", "text/css; charset=utf-8"),
        ("uplot.js", "text/javascript; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ];

    private readonly byte[] _content;
    private readonly string _type;
    private readonly string _tag;

    private Assets(string name, string type)
    {
        using Stream resource = typeof(Assets).Assembly.GetManifestResourceStream("status/" + name)!;
        _content = new byte[resource.Length];
        resource.ReadExactly(_content);
        (Path, _type) = (Prefix + name, type);
        _tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(_content).AsSpan(0, 16))}\"";
    }

    /// <summary>Where it is served.</summary>
    public string Path { get; }

    public static IEnumerable<Assets> All => s_files.Select(static file => new Assets(file.Name, file.Type));

    /// <summary>Sends it, unless the browser has it already.</summary>
    public Task GetAsync(HttpContext context)
    {
        PageHeaders.Set(context.Response.Headers);
        context.Response.Headers.ETag = _tag;
        if (context.Request.Headers.IfNoneMatch.ToString().Contains(_tag, StringComparison.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
        }
        else
        {
            Answer.Send(context, _content, _type);
        }

        return Task.CompletedTask;
    }
}
