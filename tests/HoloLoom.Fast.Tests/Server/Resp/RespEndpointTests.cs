using System.Net;
using System.Net.Sockets;
using System.Text;
using HoloLoom.Fast.Hosting;
using HoloLoom.Fast.Server.Resp;
using HoloLoom.Fast.Tests.Persistence;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HoloLoom.Fast.Tests.Server.Resp;

/// <summary>The server on real sockets: addresses, keys, limits, and clients that go or hang.</summary>
public sealed class RespEndpointTests
{
    [Theory]
    [InlineData("")]
    [InlineData("6380")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:x")]
    [InlineData("127.0.0.1:70000")]
    [InlineData("example.org:6380")]
    [InlineData("::1")]
    [InlineData("::1:6380")]
    public void What_is_no_address_is_refused(string address)
    {
        string message = Assert.Throws<ArgumentException>(() => Listen(address, new RespOptions())).Message;
        Assert.Contains("HOST:PORT (127.0.0.1:6380) or unix:PATH is expected", message);
    }

    [Theory]
    [InlineData("0.0.0.0:0")]
    [InlineData("192.0.2.1:6380")]
    [InlineData("[::]:0")]
    public void Other_machines_need_a_key(string address)
    {
        Assert.Contains("a key is required", Assert.Throws<ArgumentException>(() => Listen(address, new RespOptions())).Message);
        Listen(address, new RespOptions { ApiKey = "secret" });
    }

    [Theory]
    [InlineData("127.0.0.1:0")]
    [InlineData("localhost:0")]
    [InlineData("[::1]:0")]
    [InlineData("unix:/tmp/x")]
    public void This_machine_needs_none(string address) => Listen(address, new RespOptions());

    [Fact]
    public async Task Clients_are_served_over_tcp_and_unix_sockets()
    {
        using var directory = new TemporaryDirectory();
        await using Running tcp = await Running.StartAsync("127.0.0.1:0", new RespOptions());
        await using Running unix = await Running.StartAsync($"unix:{directory["s"]}", new RespOptions());
        foreach (Running server in (Running[])[tcp, unix])
        {
            using Socket client = server.Connect();
            Assert.Equal("+PONG\r\n", await AskAsync(client, "PING\r\n"));
            Assert.Contains("$4\r\nmem0\r\n", await AskAsync(client, "ROUTE my AVAILABLE mem0\r\n"));
            Assert.Contains($"id=1 addr={(server == tcp ? client.LocalEndPoint : "")}", await AskAsync(client, "CLIENT LIST\r\n"));
        }

        // Who runs is not pushed aside.
        Assert.Contains("is in use", Assert.Throws<ArgumentException>(() => Listen($"unix:{directory["s"]}", new RespOptions())).Message);
    }

    [Fact]
    public async Task A_socket_left_behind_is_taken_over_and_a_file_is_not()
    {
        using var directory = new TemporaryDirectory();
        string path = directory["s"];
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(path));
            File.Move(path, directory["t"]);
        }

        File.Move(directory["t"], path);
        await using (Running server = await Running.StartAsync($"unix:{path}", new RespOptions()))
        {
            using Socket client = server.Connect();
            Assert.Equal("+PONG\r\n", await AskAsync(client, "PING\r\n"));
        }

        File.WriteAllText(path, "precious");
        await Assert.ThrowsAnyAsync<IOException>(() => Running.StartAsync($"unix:{path}", new RespOptions()));
        Assert.Equal("precious", File.ReadAllText(path));
    }

    [Fact]
    public async Task One_connection_too_many_is_told_so()
    {
        await using Running server = await Running.StartAsync("127.0.0.1:0", new RespOptions { MaxConnections = 2 });
        using Socket first = server.Connect();
        using Socket second = server.Connect();
        await AskAsync(first, "PING\r\n");
        await AskAsync(second, "PING\r\n");
        using Socket third = server.Connect();
        Assert.Equal("-ERR max number of clients reached\r\n", await ReadToEndAsync(third));
        first.Dispose();
        for (int i = 0; ; i++)
        {
            using Socket next = server.Connect();
            string answer = await AskAsync(next, "PING\r\n");
            if (answer == "+PONG\r\n")
            {
                break;
            }

            Assert.True(i < 500, answer);
            await Task.Delay(10);
        }
    }

    [Fact]
    public async Task The_last_word_arrives_although_input_is_left()
    {
        await using Running server = await Running.StartAsync("127.0.0.1:0", new RespOptions());
        for (int i = 0; i < 20; i++)
        {
            using Socket client = server.Connect();
            await client.SendAsync(Encoding.ASCII.GetBytes("PING\r\n*x\r\n" + new string('y', 30_000)));
            Assert.Equal("+PONG\r\n-ERR Protocol error: invalid multibulk length\r\n", await ReadToEndAsync(client));
        }
    }

    [Fact]
    public async Task Slow_and_silent_clients_are_sent_away_and_others_stay()
    {
        await using Running server = await Running.StartAsync(
            "127.0.0.1:0", new RespOptions { TransferTimeout = TimeSpan.FromSeconds(1), IdleTimeout = TimeSpan.FromSeconds(6) });
        using Socket slow = server.Connect();
        using Socket deaf = server.Connect();
        using Socket silent = server.Connect();
        using Socket lively = server.Connect();
        await slow.SendAsync("*2\r\n$4\r\nECHO\r\n"u8.ToArray());
        _ = deaf.SendAsync(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("STATS\r\n", 20_000))));
        await AskAsync(silent, "PING\r\n");
        Task<string>[] ends = [ReadToEndAsync(slow), ReadToEndAsync(silent)];
        while (!ends.All(static end => end.IsCompleted))
        {
            Assert.Equal("+PONG\r\n", await AskAsync(lively, "PING\r\n"));
            await Task.Delay(100);
        }

        for (int i = 0; (await AskAsync(lively, "INFO clients\r\n")).Contains("connected_clients:2", StringComparison.Ordinal); i++)
        {
            Assert.True(i < 300);
            await Task.Delay(100);
        }
    }

    [Fact]
    public async Task Stopping_answers_what_has_come_and_says_goodbye()
    {
        Running server = await Running.StartAsync("127.0.0.1:0", new RespOptions());
        using Socket idle = server.Connect();
        await AskAsync(idle, "PING\r\n");
        Task<string> end = ReadToEndAsync(idle);
        await server.DisposeAsync();
        Assert.Equal("", await end);
    }

    private static void Listen(string address, RespOptions options) => RespEndpoint.Listen(new KestrelServerOptions(), address, Routers(), options);

    private static RouterRegistry Routers() => new(Conversation.Rules);

    private static async Task<string> AskAsync(Socket client, string command)
    {
        await client.SendAsync(Encoding.ASCII.GetBytes(command));
        byte[] reply = new byte[8192];
        return Encoding.ASCII.GetString(reply, 0, await client.ReceiveAsync(reply));
    }

    private static async Task<string> ReadToEndAsync(Socket client)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[8192];
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        try
        {
            for (int length; (length = await client.ReceiveAsync(buffer, patience.Token)) > 0;)
            {
                text.Append(Encoding.ASCII.GetString(buffer, 0, length));
            }
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Sent away.
        }

        return text.ToString();
    }

    private sealed class Running(WebApplication application, EndPoint endpoint) : IAsyncDisposable
    {
        public static async Task<Running> StartAsync(string address, RespOptions options)
        {
            WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel => RespEndpoint.Listen(kestrel, address, Routers(), options));
            WebApplication application = builder.Build();
            await application.StartAsync();
            string bound = application.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
            return new Running(application, address.StartsWith("unix:", StringComparison.Ordinal)
                ? new UnixDomainSocketEndPoint(address["unix:".Length..])
                : IPEndPoint.Parse(new Uri(bound).Authority));
        }

        public Socket Connect()
        {
            var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(endpoint);
            return socket;
        }

        public async ValueTask DisposeAsync()
        {
            await application.StopAsync();
            await application.DisposeAsync();
        }
    }
}
