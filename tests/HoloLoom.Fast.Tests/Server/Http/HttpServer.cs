using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using HoloLoom.Fast.Hosting;
using HoloLoom.Fast.Server;

namespace HoloLoom.Fast.Tests.Server.Http;

/// <summary>A server on a free port of this machine, and a client of it.</summary>
internal sealed class HttpServer : IAsyncDisposable
{
    private readonly RoutingServer _server;

    private HttpServer(RoutingServer server, RouterRegistry routers)
    {
        (_server, Routers) = (server, routers);
        Url = new Uri(server.Addresses.Single(static address => address.StartsWith("http", StringComparison.Ordinal)));
        Client = new HttpClient { BaseAddress = Url };
    }

    public RouterRegistry Routers { get; }

    public RoutingServer Server => _server;

    public Uri Url { get; }

    public HttpClient Client { get; }

    public static async Task<HttpServer> StartAsync(ServerOptions? options = null, RouterOptions? router = null)
    {
        var routers = new RouterRegistry(router ?? new RouterOptions { Strategy = "rules", Seed = 1 });
        RoutingServer server = RoutingServer.Create((options ?? new ServerOptions()) with { Urls = ["http://127.0.0.1:0"] }, routers);
        await server.StartAsync();
        return new HttpServer(server, routers);
    }

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? json = null, string type = "application/json", params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        if (json is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
            request.Content.Headers.ContentType = type.Length > 0 ? MediaTypeHeaderValue.Parse(type) : null;
        }

        foreach ((string name, string value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        return Client.SendAsync(request);
    }

    /// <summary>Posts JSON and reads the answer, which must be good.</summary>
    public async Task<JsonElement> PostAsync(string path, string json)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Post, path, json);
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonDocument.Parse(body).RootElement;
    }

    /// <summary>Sends what is refused, and checks the problem document.</summary>
    public async Task<JsonElement> ProblemAsync(int status, HttpMethod method, string path, string? json = null, string type = "application/json", params (string, string)[] headers)
    {
        using HttpResponseMessage response = await SendAsync(method, path, json, type, headers);
        string body = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode}: {body}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        JsonElement problem = JsonDocument.Parse(body).RootElement;
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEqual("", problem.GetProperty("title").GetString());
        Assert.NotEqual("", problem.GetProperty("detail").GetString());
        return problem;
    }

    /// <summary>Sends one command over RESP and reads what comes back at once.</summary>
    public async Task<string> CommandAsync(string command)
    {
        var address = new Uri(_server.Addresses.Single(static address => address.StartsWith("redis", StringComparison.Ordinal)));
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(command));
        byte[] reply = new byte[4096];
        int length = await client.GetStream().ReadAsync(reply);
        return Encoding.ASCII.GetString(reply, 0, length);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.StopAsync();
        await _server.DisposeAsync();
        Routers.Dispose();
    }
}
