using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using HoloLoom.Fast.Hosting;
using HoloLoom.Fast.Server;
using HoloLoom.Fast.Server.Http;

namespace HoloLoom.Fast.Tests.Server.Http;

public sealed class GateTests
{
    private const string Good = """{"query":"who"}""";

    [Fact]
    public async Task Nobody_without_the_key_gets_in_and_the_reading_key_only_reads()
    {
        await using HttpServer server = await HttpServer.StartAsync(new ServerOptions { ApiKey = "s3cret", ReadOnlyKey = "look" });
        foreach ((string, string)[] headers in ((string, string)[][])[
            [], [("Authorization", "Bearer")], [("Authorization", "Bearer wrong")], [("Authorization", "Bearer s3cret2")], [("Authorization", "Basic s3cret")],
            [("Authorization", "Bearer S3CRET")], [("Authorization", "Bearer " + new string('x', 5000))]])
        {
            await server.ProblemAsync(401, HttpMethod.Post, "/v1/route", Good, headers: headers);
            await server.ProblemAsync(401, HttpMethod.Get, "/v1/stats", headers: headers);
            await server.ProblemAsync(401, HttpMethod.Get, "/nothing", headers: headers);
        }

        await server.ProblemAsync(403, HttpMethod.Post, "/v1/route", Good, headers: ("Authorization", "Bearer look"));
        await server.ProblemAsync(403, HttpMethod.Put, "/v1/config", "{}", headers: ("Authorization", "Bearer look"));
        await server.ProblemAsync(403, HttpMethod.Delete, "/v1/routers/x", headers: ("Authorization", "Bearer look"));
        foreach (string path in (string[])["/v1/stats", "/v1/config", "/v1/routers", "/openapi.json"])
        {
            using HttpResponseMessage read = await server.SendAsync(HttpMethod.Get, path, headers: ("Authorization", "bearer look"));
            Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        }

        using HttpResponseMessage full = await server.SendAsync(HttpMethod.Post, "/v1/route", Good, headers: ("Authorization", "Bearer s3cret"));
        Assert.Equal(HttpStatusCode.OK, full.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/healthz")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/readyz")).StatusCode);
    }

    [Theory]
    [InlineData("Host", "evil.example")]
    [InlineData("Host", "127.0.0.1.evil.example")]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://localhost:1")]
    public async Task A_web_page_cannot_reach_a_server_without_a_key(string header, string value)
    {
        await using HttpServer server = await HttpServer.StartAsync();
        await server.ProblemAsync(403, HttpMethod.Post, "/v1/route", Good, headers: (header, value));
        await server.ProblemAsync(415, HttpMethod.Post, "/v1/route", Good, "text/plain");
        using HttpResponseMessage own = await server.SendAsync(HttpMethod.Post, "/v1/route", Good, headers: ("Origin", $"http://localhost:{server.Url.Port}"));
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        Assert.Equal(1, server.Routers.Default.Current.GetStatistics().Decisions);
    }

    [Fact]
    public async Task What_is_not_there_or_not_done_that_way_is_a_problem_document_too()
    {
        await using HttpServer server = await HttpServer.StartAsync(new ServerOptions { MaxBodyBytes = 1000 });
        await server.ProblemAsync(404, HttpMethod.Get, "/v2/route");
        await server.ProblemAsync(405, HttpMethod.Get, "/v1/route");
        await server.ProblemAsync(415, HttpMethod.Post, "/v1/route", Good, "");
        await server.ProblemAsync(415, HttpMethod.Post, "/v1/route", Good, "application/jsonx");
        await server.ProblemAsync(413, HttpMethod.Post, "/v1/route", $$"""{"query":"{{new string('x', 2000)}}"}""");
    }

    [Fact]
    public async Task Who_asks_too_often_is_told_to_wait()
    {
        await using HttpServer server = await HttpServer.StartAsync(new ServerOptions { RequestsPerSecond = 20 });
        var codes = new List<HttpStatusCode>();
        for (int i = 0; i < 60 || (i < 3000 && !codes.Contains(HttpStatusCode.TooManyRequests)); i++)
        {
            using HttpResponseMessage response = await server.SendAsync(HttpMethod.Post, "/v1/route", Good);
            codes.Add(response.StatusCode);
            Assert.Equal(response.StatusCode == HttpStatusCode.TooManyRequests, response.Headers.RetryAfter is not null);
        }

        Assert.True(codes.Count(static code => code == HttpStatusCode.OK) >= 20);
        Assert.Contains(HttpStatusCode.TooManyRequests, codes);
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/healthz")).StatusCode);
    }

    [Fact]
    public async Task Who_tries_keys_is_slowed_down_too()
    {
        await using HttpServer server = await HttpServer.StartAsync(new ServerOptions { ApiKey = "s3cret", RequestsPerSecond = 5 });
        var codes = new List<HttpStatusCode>();
        for (int i = 0; i < 30 || (i < 3000 && !codes.Contains(HttpStatusCode.TooManyRequests)); i++)
        {
            using HttpResponseMessage response = await server.SendAsync(HttpMethod.Post, "/v1/route", Good, headers: ("Authorization", $"Bearer {i}"));
            codes.Add(response.StatusCode);
        }

        Assert.Equal(HttpStatusCode.Unauthorized, codes[0]);
        Assert.Contains(HttpStatusCode.TooManyRequests, codes);
    }

    [Theory]
    [InlineData("route", Good)]
    [InlineData("route/batch", """{"queries":["who","my"]}""")]
    public async Task A_router_that_is_removed_while_it_is_asked_is_not_found(string route, string body)
    {
        await using HttpServer server = await HttpServer.StartAsync();
        server.Routers.Create("t", new RouterOptions { Strategy = "rules" });
        using TcpClient client = await ConnectAsync(
            server,
            $"POST /v1/routers/t/{route} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n");

        // It is told to go on when its router has been found.
        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", await ReadAsync(client, 25));
        Assert.True(server.Routers.Remove("t"));
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(body));
        string answer = await ReadToEndAsync(client);
        Assert.StartsWith("HTTP/1.1 404", answer, StringComparison.Ordinal);
        Assert.Contains("removed meanwhile", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    [InlineData("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::")]
    [InlineData("fe80::1%3", "fe80::")]
    public void Addresses_of_one_network_are_one_client(string address, string client) =>
        Assert.Equal(IPAddress.Parse(client), ClientLimit.Client(IPAddress.Parse(address)));

    [Fact]
    public async Task Slow_connections_are_closed()
    {
        await using HttpServer headers = await HttpServer.StartAsync(new ServerOptions { HeaderTimeout = TimeSpan.FromSeconds(1) });
        await using HttpServer connections = await HttpServer.StartAsync(new ServerOptions { IdleTimeout = TimeSpan.FromSeconds(1) });
        using TcpClient slow = await ConnectAsync(headers, "POST /v1/route HTT");
        using TcpClient idle = Connect(connections, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.Contains("408", await ReadToEndAsync(slow), StringComparison.Ordinal);
        Assert.Contains("\"ok\"", await ReadToEndAsync(idle), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_too_many_is_closed_until_there_is_room_again()
    {
        await using HttpServer server = await HttpServer.StartAsync(new ServerOptions { MaxConnections = 2 });
        using TcpClient first = await ConnectAsync(server, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        using TcpClient second = await ConnectAsync(server, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");

        // They are there when they are answered.
        Assert.Equal("HTTP/1.1 200", await ReadAsync(first, 12));
        Assert.Equal("HTTP/1.1 200", await ReadAsync(second, 12));

        // The server hangs up on it as soon as it is there, which may be before the client itself knows that it is.
        Assert.Equal("", await AskAsync(server));
        second.Close();
        string answer = "";
        for (int i = 0; i < 1000 && answer.Length == 0; i++)
        {
            // The server has yet to learn that the second is gone.
            await Task.Delay(10);
            answer = await AskAsync(server);
        }

        Assert.Contains("\"ok\"", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0", "HOLOLOOM_API_KEY")]
    [InlineData("http://*:0", "HOLOLOOM_API_KEY")]
    [InlineData("http://example.com:80", "no IP address")]
    [InlineData("ftp://127.0.0.1:0", "neither http:// nor https://")]
    [InlineData("127.0.0.1:80", "is not an address")]
    [InlineData("https://127.0.0.1:0", "needs a certificate")]
    public async Task An_address_that_cannot_be_used_is_told_before_anything_listens(string url, string detail)
    {
        using var routers = new RouterRegistry();
        ArgumentException problem = await Assert.ThrowsAsync<ArgumentException>(async () =>
        {
            await using RoutingServer server = RoutingServer.Create(new ServerOptions { Urls = [url] }, routers);
            await server.StartAsync();
        });
        Assert.Contains(detail, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_document_describes_the_routes_that_there_are()
    {
        await using HttpServer server = await HttpServer.StartAsync();
        JsonElement document = JsonDocument.Parse(await server.Client.GetStringAsync("/openapi.json")).RootElement;
        IEnumerable<string> described = document.GetProperty("paths").EnumerateObject()
            .SelectMany(static path => path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {path.Name}"));
        IEnumerable<string> mapped = server.Server.Routes.SelectMany(static route => route.Methods.Select(method => $"{method} {route.Pattern}"));
        Assert.Equal(mapped.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
        string[] ids = [.. document.GetProperty("paths").EnumerateObject().SelectMany(static path => path.Value.EnumerateObject())
            .Select(static operation => operation.Value.GetProperty("operationId").GetString()!)];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        string text = document.GetRawText();
        foreach (string reference in System.Text.RegularExpressions.Regex.Matches(text, "#/components/schemas/(\\w+)").Select(static match => match.Groups[1].Value).Distinct())
        {
            Assert.True(document.GetProperty("components").GetProperty("schemas").TryGetProperty(reference, out _), reference);
        }
    }

    private static async Task<TcpClient> ConnectAsync(HttpServer server, string text)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Url.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));
        return client;
    }

    // Without a wait between the two, in which the server could take it for idle.
    private static TcpClient Connect(HttpServer server, string text)
    {
        var client = new TcpClient();
        client.Connect(IPAddress.Loopback, server.Url.Port);
        client.GetStream().Write(Encoding.ASCII.GetBytes(text));
        return client;
    }

    // What a server says over a connection of its own; nothing, if it hangs up.
    private static async Task<string> AskAsync(HttpServer server)
    {
        try
        {
            using TcpClient client = await ConnectAsync(server, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            return await ReadToEndAsync(client);
        }
        catch (Exception error) when (error is IOException or SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return "";
        }
    }

    private static async Task<string> ReadAsync(TcpClient client, int length)
    {
        byte[] text = new byte[length];
        await client.GetStream().ReadExactlyAsync(text);
        return Encoding.ASCII.GetString(text);
    }

    private static async Task<string> ReadToEndAsync(TcpClient client)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var text = new MemoryStream();
        try
        {
            await client.GetStream().CopyToAsync(text, patience.Token);
        }
        catch (IOException)
        {
            // Reset is closed, too.
        }

        return Encoding.ASCII.GetString(text.ToArray());
    }
}
