using System.Net.Sockets;
using System.Text;
using HoloLoom.Fast.Integration.Native;
using HoloLoom.Fast.Integration.Server.Resp;

namespace HoloLoom.Fast.Integration.Server.Http;

/// <summary>Clients that connect over HTTP and then say nothing.</summary>
[Collection("ten thousand connections")]
public sealed class HttpIdleTests
{
    private const int Clients = 10_000;

    [SkippableFact]
    public async Task Ten_thousand_idle_connections_cost_little_and_leave_nothing()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs /proc");
        Toolchain.Require(RespIdleTests.OpenFiles() > Clients + 500, $"too few files may be open: ulimit -n {Clients + 1000}");

        // One more than stay: it is refused while they are there.
        using RespServerProcess server = await RespServerProcess.StartAsync("--max-connections", $"{Clients}");
        long alone = server.ResidentMemory();
        var waves = new List<long>();
        for (int wave = 0; wave < RespIdleTests.Waves; wave++)
        {
            waves.Add(await WaveAsync(server));
        }

        RespIdleTests.AssertSettled(alone, waves);
    }

    // All of them connect, have a query routed, are silent for a while, and are served still.
    private static async Task<long> WaveAsync(RespServerProcess server)
    {
        var clients = new List<Socket>(Clients);
        try
        {
            while (clients.Count < Clients)
            {
                Socket?[] more = await Task.WhenAll(Enumerable.Range(0, Math.Min(100, Clients - clients.Count)).Select(_ => ConnectAsync(server)));
                clients.AddRange(more.OfType<Socket>());
                if (more.Contains(null))
                {
                    // Those of the wave before are not all gone yet.
                    await Task.Delay(10);
                }
            }

            await Task.Delay(500);
            long memory = server.ResidentMemory();
            Assert.Null(await ConnectAsync(server));
            Assert.All(await Task.WhenAll(clients.Where(static (_, i) => i % 10 == 0).Select(RouteAsync)), Assert.True);
            return memory;
        }
        finally
        {
            clients.ForEach(static client => client.Dispose());
        }
    }

    // A connection over which a query was routed; null if it is one too many.
    private static async Task<Socket?> ConnectAsync(RespServerProcess server)
    {
        Socket client;
        try
        {
            client = await server.ConnectOverHttpAsync();
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            return null;
        }

        if (await RouteAsync(client))
        {
            return client;
        }

        client.Dispose();
        return null;
    }

    // Whether it was answered, and not hung up on.
    private static async Task<bool> RouteAsync(Socket client)
    {
        const string Body = """{"query":"who"}""";
        byte[] buffer = new byte[2048];
        try
        {
            await client.SendAsync(Encoding.ASCII.GetBytes(
                $"POST /v1/route HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"));
            int length = 0;
            while (true)
            {
                int read = await client.ReceiveAsync(buffer.AsMemory(length));
                if (read == 0)
                {
                    return false;
                }

                length += read;
                string answer = Encoding.ASCII.GetString(buffer, 0, length);
                if (answer.EndsWith('}'))
                {
                    Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
                    Assert.Contains("\"decision_id\"", answer, StringComparison.Ordinal);
                    return true;
                }
            }
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
