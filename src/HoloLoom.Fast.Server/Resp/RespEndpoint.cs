using System.Net;
using System.Net.Sockets;
using HoloLoom.Fast.Hosting;
using HoloLoom.Fast.Server.Metrics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace HoloLoom.Fast.Server.Resp;

/// <summary>Makes a server listen for clients that speak RESP, the protocol of Redis.</summary>
public static class RespEndpoint
{
    private const string UnixPrefix = "unix:";

    /// <summary>Listens on an address.</summary>
    /// <param name="kestrel">The server's options.</param>
    /// <param name="address"><c>HOST:PORT</c>, the host an IP address or <c>localhost</c>, or <c>unix:PATH</c>. Port 0: a free one.</param>
    /// <param name="routers">The routers to decide with.</param>
    /// <param name="options">Who may speak, and how much.</param>
    /// <param name="configure">Further settings of the endpoint, such as TLS.</param>
    /// <exception cref="ArgumentException">The address cannot be read, an option is not usable, or there is no key though others than this machine are listened to.</exception>
    public static void Listen(
        KestrelServerOptions kestrel, string address, RouterRegistry routers, RespOptions options, Action<ListenOptions>? configure = null) =>
        Listen(kestrel, address, routers, options, metrics: null, queries: null, configure);

    /// <summary>Listens on an address, measures, and writes queries down.</summary>
    internal static void Listen(
        KestrelServerOptions kestrel, string address, RouterRegistry routers, RespOptions options, ServerMetrics? metrics, QueryLog? queries, Action<ListenOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(routers);
        ArgumentNullException.ThrowIfNull(options);
        var handler = new RespConnectionHandler(new RespServer(routers, options, metrics, queries));
        void Configure(ListenOptions listen)
        {
            configure?.Invoke(listen);
            listen.Run(handler.OnConnectedAsync);
        }

        if (address.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            string path = Path.GetFullPath(address[UnixPrefix.Length..]);
            RemoveAbandoned(path);
            kestrel.ListenUnixSocket(path, Configure);
            return;
        }

        IPEndPoint endpoint = Parse(address);
        if (options.ApiKey is null && !IPAddress.IsLoopback(endpoint.Address))
        {
            throw new ArgumentException($"'{address}' can be reached from other machines, so a key is required: set HOLOLOOM_API_KEY, or listen on 127.0.0.1.", nameof(address));
        }

        kestrel.Listen(endpoint, Configure);
    }

    private static IPEndPoint Parse(string address)
    {
        string text = address.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase) ? $"127.0.0.1:{address["localhost:".Length..]}" : address;
        int colon = text.LastIndexOf(':');
        return colon > 0 && colon < text.Length - 1 && IPEndPoint.TryParse(text, out IPEndPoint? endpoint)
            && (endpoint.AddressFamily == AddressFamily.InterNetwork || text[colon - 1] == ']')
            ? endpoint
            : throw new ArgumentException($"'{address}' is not an address to listen on; HOST:PORT (127.0.0.1:6380) or unix:PATH is expected.", nameof(address));
    }

    // A server that was killed leaves its socket behind, and nobody could listen there again.
    private static void RemoveAbandoned(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException refused)
        {
            // Anything else than a socket refuses connections too; it is left alone, and binding to it says what is wrong.
            if (refused.SocketErrorCode == SocketError.ConnectionRefused && IsSocket(path))
            {
                File.Delete(path);
            }

            return;
        }

        throw new ArgumentException($"'{path}' is in use by a running server.", nameof(path));
    }

    // Of all that a path can name, a socket alone cannot be opened by anyone.
    private static bool IsSocket(string path)
    {
        try
        {
            using Microsoft.Win32.SafeHandles.SafeFileHandle opened = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
