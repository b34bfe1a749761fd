using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HoloLoom.Fast.Integration.Server.Resp;

/// <summary><c>hololoom serve</c> as a process of its own, listening for RESP on a loopback port and on a Unix socket.</summary>
internal sealed class RespServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly TemporaryDirectory _directory = new();
    private readonly StringBuilder _said = new();

    private RespServerProcess(string[] arguments, string? key)
    {
        Port = FreePort();
        string[] commandLine =
        [
            .. HololoomProcess.CommandLine, "serve", "--urls", $"http://127.0.0.1:{FreePort()}", "--resp", $"127.0.0.1:{Port}", .. arguments,
        ];
        var start = new ProcessStartInfo(commandLine[0], commandLine[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HOLOLOOM_API_KEY"] = key ?? "";
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Port { get; }

    public int Id => _process.Id;

    /// <summary>What it printed.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    /// <summary>Starts a server and waits until it listens.</summary>
    public static Task<RespServerProcess> StartAsync(params string[] arguments) => StartWithKeyAsync(null, arguments);

    /// <inheritdoc cref="StartAsync(string[])"/>
    public static async Task<RespServerProcess> StartWithKeyAsync(string? key, params string[] arguments)
    {
        var server = new RespServerProcess(arguments, key);
        for (int i = 0; i < 1200; i++)
        {
            Assert.False(server._process.HasExited, $"the server ended: {server.Said}");
            try
            {
                using Socket probe = await server.ConnectAsync();
                return server;
            }
            catch (SocketException)
            {
                await Task.Delay(50);
            }
        }

        server.Dispose();
        throw new TimeoutException($"the server does not listen: {server.Said}");
    }

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, Port);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Its resident memory in bytes.</summary>
    public long ResidentMemory()
    {
        string line = File.ReadLines($"/proc/{Id}/status").First(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Ends it as a power cut would.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
        _directory.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Note(string? line)
    {
        lock (_said)
        {
            _said.AppendLine(line);
        }
    }
}
