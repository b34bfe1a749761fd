using System.Net.Sockets;
using HoloLoom.Fast.Integration.Native;

namespace HoloLoom.Fast.Integration.Server.Resp;

/// <summary>Clients that connect and say nothing.</summary>
/// <remarks>One such test at a time: the files that this process may open do for one.</remarks>
[Collection("ten thousand connections")]
public sealed class RespIdleTests
{
    private const int Clients = 10_000;
    internal const int Waves = 12;

    [SkippableFact]
    public async Task Ten_thousand_idle_connections_cost_little_and_leave_nothing()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs /proc");
        Toolchain.Require(OpenFiles() > Clients + 500, $"too few files may be open: ulimit -n {Clients + 1000}");
        using RespServerProcess server = await RespServerProcess.StartAsync();
        long alone = server.ResidentMemory();
        var waves = new List<long>();
        for (int wave = 0; wave < Waves; wave++)
        {
            waves.Add(await WaveAsync(server));
        }

        AssertSettled(alone, waves);
    }

    /// <summary>What a connection costs is memory for its socket, pipes and buffers; what is given back is used again.</summary>
    /// <remarks>
    /// Until the older generations are collected, which is when the collector thinks fit, connections that are gone still count, tens of
    /// megabytes of them; what is never given back makes every later wave larger. So the smaller of the last two is judged: a server that kept
    /// its connections' objects was 30 MB larger with every wave.
    /// </remarks>
    internal static void AssertSettled(long alone, List<long> waves)
    {
        Assert.Equal(Waves, waves.Count);
        Assert.True(waves[0] - alone < Clients * 20 * 1024L, $"{(waves[0] - alone) / Clients} bytes a connection");
        Assert.True(
            waves[^2..].Min() - waves[..5].Max() < 64 << 20,
            $"{alone} bytes alone, with {Clients} connections {string.Join(", ", waves)}");
    }

    // All of them connect, say PING, are silent for a while, and are served still.
    private static async Task<long> WaveAsync(RespServerProcess server)
    {
        var clients = new List<Socket>(Clients);
        try
        {
            for (int i = 0; i < Clients; i++)
            {
                clients.Add(await server.ConnectAsync());
                if (i % 100 == 99)
                {
                    await Task.WhenAll(clients[^100..].Select(PingAsync));
                }
            }

            await Task.Delay(500);
            long memory = server.ResidentMemory();
            await Task.WhenAll(clients.Where(static (_, i) => i % 10 == 0).Select(PingAsync));
            return memory;
        }
        finally
        {
            clients.ForEach(static client => client.Dispose());
        }
    }

    private static async Task PingAsync(Socket client)
    {
        byte[] reply = new byte[16];
        await client.SendAsync("PING\r\n"u8.ToArray());
        Assert.Equal(7, await client.ReceiveAsync(reply));
        Assert.Equal("+PONG\r\n"u8, reply.AsSpan(0, 7));
    }

    internal static long OpenFiles()
    {
        string line = File.ReadLines("/proc/self/limits").First(static line => line.StartsWith("Max open files", StringComparison.Ordinal));
        string soft = line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return soft == "unlimited" ? long.MaxValue : long.Parse(soft, System.Globalization.CultureInfo.InvariantCulture);
    }
}
