using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using HoloLoom.Fast.Server;
using HoloLoom.Fast.Tests.Persistence;
using HoloLoom.Fast.Tests.Server.Http;

namespace HoloLoom.Fast.Tests.Server.Status;

public sealed class StatusPageEndpointTests
{
    [Fact]
    public async Task The_page_is_about_the_router_that_is_asked_for()
    {
        await using HttpServer server = await HttpServer.StartAsync();
        string alone = await server.Client.GetStringAsync("/");
        Assert.StartsWith("<!doctype html>", alone, StringComparison.Ordinal);
        Assert.DoesNotContain("<nav", alone, StringComparison.Ordinal);
        server.Routers.Create("b", new RouterOptions { Strategy = "greedy" });
        server.Routers.Create("a", new RouterOptions { Strategy = "uniform" });
        string page = await server.Client.GetStringAsync("/?router=a");
        Assert.Contains("<title>a – HoloLoom.Fast</title>", page, StringComparison.Ordinal);
        Assert.Contains("<b>uniform</b>", page, StringComparison.Ordinal);
        Assert.Contains("data-history=\"/v1/routers/a/history\"", page, StringComparison.Ordinal);
        string[] links = ["""<a href="/?router=default">default</a>""", """<a href="/?router=a" aria-current="page">a</a>""", """<a href="/?router=b">b</a>"""];
        Assert.Equal(string.Concat(links.Select(static link => $"<li>{link}</li>")), page.Split("<ul>")[1].Split("</ul>")[0]);
        await server.ProblemAsync(404, HttpMethod.Get, "/?router=%3Cb%3E");
    }

    [Fact]
    public async Task It_tells_which_routers_are_not_served_and_why()
    {
        using var directory = new TemporaryDirectory();
        var options = new RouterOptions { StateDirectory = directory.Path };
        await using (HttpServer before = await HttpServer.StartAsync(router: options))
        {
            Assert.Contains("""<div id="not-served" data-live></div>""", await before.Client.GetStringAsync("/"), StringComparison.Ordinal);
            before.Routers.Create("shop", new RouterOptions());
        }

        await File.WriteAllTextAsync(Path.Combine(directory.Path, "routers", "shop", "configuration.json"), "<b>");
        await using HttpServer server = await HttpServer.StartAsync(router: options);
        string told = (await server.Client.GetStringAsync("/")).Split("""<div id="not-served" data-live>""")[1].Split("</div>")[0];
        Assert.StartsWith("<p>The router <b>shop</b> is not served: ", told, StringComparison.Ordinal);
        Assert.Contains(HtmlEncoder.Default.Encode(server.Routers.NotServed["shop"]), told, StringComparison.Ordinal);
        JsonElement problem = await server.ProblemAsync(503, HttpMethod.Get, "/?router=shop");
        Assert.Contains(server.Routers.NotServed["shop"], problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_but_this_server_is_used_and_nothing_frames_it()
    {
        await using HttpServer server = await HttpServer.StartAsync();
        using HttpResponseMessage response = await server.Client.GetAsync("/");
        string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        string page = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("//", page.Replace("<!doctype", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain(" style=", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("page.css", "text/css")]
    [InlineData("page.js", "text/javascript")]
    [InlineData("uplot.css", "text/css")]
    [InlineData("uplot.js", "text/javascript")]
    [InlineData("icon.svg", "image/svg+xml")]
    public async Task Its_parts_are_sent_once(string name, string type)
    {
        await using HttpServer server = await HttpServer.StartAsync();
        using HttpResponseMessage first = await server.Client.GetAsync("/status/" + name);
        Assert.Equal((HttpStatusCode.OK, type), (first.StatusCode, first.Content.Headers.ContentType?.MediaType));
        Assert.NotEmpty(await first.Content.ReadAsByteArrayAsync());
        using HttpResponseMessage again = await server.SendAsync(HttpMethod.Get, "/status/" + name, headers: ("If-None-Match", first.Headers.ETag!.Tag));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Empty(await again.Content.ReadAsByteArrayAsync());
    }

    // uPlot 1.6.32, as its authors published it.
    [Theory]
    [InlineData("uplot.js", "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f")]
    [InlineData("uplot.css", "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04")]
    public async Task The_charts_library_is_the_published_one(string name, string hash)
    {
        await using HttpServer server = await HttpServer.StartAsync();
        Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(await server.Client.GetByteArrayAsync("/status/" + name))));
    }

    [Fact]
    public async Task A_key_that_a_browser_was_told_is_good_for_looking_only()
    {
        await using HttpServer server = await HttpServer.StartAsync(new ServerOptions { ApiKey = "a:b", ReadOnlyKey = "löok" });
        foreach (string path in (string[])["/", "/v1/history", "/v1/stats", "/status/page.js"])
        {
            await server.ProblemAsync(401, HttpMethod.Get, path);
            foreach (string pair in (string[])["anybody:a:b", ":a:b", "x:löok"])
            {
                Assert.Equal(HttpStatusCode.OK, await StatusAsync(HttpMethod.Get, path, Basic(pair)));
            }

            foreach (string given in (string[])[Basic("a:b"), Basic("x:a:b "), Basic("x:"), Basic("löok"), Basic(""), "Basic", "Basic !", "Basic " + new string('A', 5000)])
            {
                Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(HttpMethod.Get, path, given));
            }
        }

        await server.ProblemAsync(401, HttpMethod.Post, "/v1/route", """{"query":"who"}""", headers: ("Authorization", Basic("x:a:b")));
        await server.ProblemAsync(401, HttpMethod.Delete, "/v1/routers/x", headers: ("Authorization", Basic("x:a:b")));
        Assert.Equal(("Basic", "Bearer", "Bearer"), (await ChallengeAsync("text/html,*/*", HttpMethod.Get), await ChallengeAsync("*/*", HttpMethod.Get), await ChallengeAsync("text/html", HttpMethod.Post)));

        async Task<HttpStatusCode> StatusAsync(HttpMethod method, string path, string authorization)
        {
            using HttpResponseMessage response = await server.SendAsync(method, path, headers: ("Authorization", authorization));
            return response.StatusCode;
        }

        async Task<string> ChallengeAsync(string accept, HttpMethod method)
        {
            using HttpResponseMessage response = await server.SendAsync(method, "/", headers: ("Accept", accept));
            return Assert.Single(response.Headers.WwwAuthenticate).Scheme;
        }

        static string Basic(string pair) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair));
    }
}
