using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HoloLoom.Fast.Integration.Server.Resp;

/// <summary><c>hololoom serve</c> as a process of its own, listening for RESP on a free port or a Unix socket.</summary>
internal sealed class RespServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly List<Uri> _addresses = [];
    private readonly string? _socket;
    private readonly StringBuilder _said = new();

    private RespServerProcess(string[] arguments, string? key, string? socket)
    {
        _socket = socket;
        string[] commandLine =
        [
            .. HololoomProcess.CommandLine, "serve", "--urls", "http://127.0.0.1:0", "--resp", socket is null ? "127.0.0.1:0" : $"unix:{socket}", .. arguments,
        ];
        var start = new ProcessStartInfo(commandLine[0], commandLine[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HOLOLOOM_API_KEY"] = key ?? "";

        // The collector works early, so that what is kept shows, and not what it has not looked at yet.
        start.Environment["DOTNET_GCgen0size"] = "0x1000000";
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The port for RESP.</summary>
    public int Port => PortOf("redis");

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
    public static Task<RespServerProcess> StartAsync(params string[] arguments) => WaitAsync(new RespServerProcess(arguments, null, null));

    /// <summary>Starts a server that asks for a key.</summary>
    public static Task<RespServerProcess> StartWithKeyAsync(string? key) => WaitAsync(new RespServerProcess([], key, null));

    /// <summary>Starts a server that listens on a Unix socket.</summary>
    public static Task<RespServerProcess> StartOnSocketAsync(string socket) => WaitAsync(new RespServerProcess([], null, socket));

    public Task<Socket> ConnectAsync() => ConnectAsync(_socket is null ? new IPEndPoint(IPAddress.Loopback, Port) : new UnixDomainSocketEndPoint(_socket));

    /// <summary>A connection to the port for HTTP.</summary>
    public Task<Socket> ConnectOverHttpAsync() => ConnectAsync(new IPEndPoint(IPAddress.Loopback, PortOf("http")));

    private static async Task<Socket> ConnectAsync(EndPoint endpoint)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(endpoint);
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
    }

    // It says where it listens when it does.
    private static async Task<RespServerProcess> WaitAsync(RespServerProcess server)
    {
        for (int i = 0; i < 6000; i++)
        {
            lock (server._said)
            {
                if (server._addresses.Count == 2)
                {
                    return server;
                }
            }

            Assert.False(server._process.HasExited, $"the server ended: {server.Said}");
            await Task.Delay(10);
        }

        server.Dispose();
        throw new TimeoutException($"the server does not listen: {server.Said}");
    }

    private int PortOf(string scheme) => _addresses.Single(address => address.Scheme == scheme).Port;

    private void Note(string? line)
    {
        lock (_said)
        {
            _said.AppendLine(line);
            if (line?.StartsWith(HololoomProcess.Listening, StringComparison.Ordinal) == true)
            {
                _addresses.Add(new Uri(line[HololoomProcess.Listening.Length..]));
            }
        }
    }
}
