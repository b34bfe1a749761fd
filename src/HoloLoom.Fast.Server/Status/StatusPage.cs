using System.Globalization;
using System.Reflection;

namespace HoloLoom.Fast.Server.Status;

/// <summary>The page: a head, and sections. What is in elements with <c>data-live</c> is replaced by the page's script while it is open.</summary>
internal static class StatusPage
{
    private static readonly string s_version =
        typeof(StatusPage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    public static byte[] Write(StatusView view)
    {
        var page = new HtmlText();
        page.Add(
            $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <title>{view.Router} – HoloLoom.Fast</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <link rel="icon" href="{Assets.Prefix}icon.svg" type="image/svg+xml">
            <link rel="stylesheet" href="{Assets.Prefix}uplot.css">
            <link rel="stylesheet" href="{Assets.Prefix}page.css">
            <script src="{Assets.Prefix}uplot.js" defer></script>
            <script src="{Assets.Prefix}page.js" defer></script>
            </head>
            <body>
            <a class="skip" href="#main">Skip to the numbers</a>
            <header>
            <h1>HoloLoom.Fast</h1>

            """);
        WriteRouters(page, view);
        page.Add(
            $"""
            <p class="state"><span id="as-of" data-live>As of <time datetime="{view.Now.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}">{Clock(view.Now)}</time> UTC</span>
            <button type="button" id="pause" hidden aria-pressed="false">Pause</button> <span id="trouble" role="status"></span></p>

            """);
        WriteNotServed(page, view);
        page.Add(
            $"""
            </header>
            <main id="main" tabindex="-1">

            """);
        NowSection.Write(page, view);
        TrafficSection.Write(page, view);
        HourSection.Write(page, view);
        PosteriorSection.Write(page, view);
        ExperimentSection.Write(page, view);
        LatencySection.Write(page, view);
        page.Add(
            $"""
            </main>
            <footer><p>HoloLoom.Fast {s_version}. Also for programs: <a href="{Api(view)}/stats">statistics</a>, <a href="{Api(view)}/history">history</a>,
            <a href="{Api(view)}/config">configuration</a>, <a href="/metrics">metrics</a>, <a href="/openapi.json">interface</a>.</p></footer>
            </body>
            </html>

            """);
        return page.ToUtf8();
    }

    /// <summary>The address of a router's part of the interface.</summary>
    public static string Api(StatusView view) => view.Router == Hosting.RouterRegistry.DefaultName ? "/v1" : "/v1/routers/" + Uri.EscapeDataString(view.Router);

    public static string Clock(DateTimeOffset time) => time.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    private static void WriteNotServed(HtmlText page, StatusView view)
    {
        page.Add($"""<div id="not-served" data-live>""");
        foreach ((string name, string reason) in view.NotServed.OrderBy(static one => one.Key, StringComparer.Ordinal))
        {
            page.Add($"<p>The router <b>{name}</b> is not served: {reason}</p>");
        }

        page.Add($"</div>\n");
    }

    private static void WriteRouters(HtmlText page, StatusView view)
    {
        if (view.Routers.Count < 2)
        {
            return;
        }

        page.Add($"""<nav aria-label="Routers"><ul>""");
        foreach (string name in view.Routers)
        {
            if (name == view.Router)
            {
                page.Add($"""<li><a href="/?router={Uri.EscapeDataString(name)}" aria-current="page">{name}</a></li>""");
            }
            else
            {
                page.Add($"""<li><a href="/?router={Uri.EscapeDataString(name)}">{name}</a></li>""");
            }
        }

        page.Add($"</ul></nav>\n");
    }
}
