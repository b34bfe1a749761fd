using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace HoloLoom.Fast.Load;

/// <summary>RESP over several connections, pipelined: requests of one millisecond leave a connection together.</summary>
internal sealed class RespTarget : ITarget
{
    private readonly RespConnection[] _connections;
    private int _next;

    private RespTarget(RespConnection[] connections) => _connections = connections;

    public static async Task<RespTarget> ConnectAsync(EndPoint endpoint, int connections, string? key)
    {
        var open = new RespConnection[connections];
        for (int i = 0; i < connections; i++)
        {
            var socket = endpoint is UnixDomainSocketEndPoint
                ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
                : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(endpoint);
            open[i] = new RespConnection(socket);
            if (!string.IsNullOrEmpty(key))
            {
                open[i].Send(["AUTH", key], new Request(0, null), static (_, reply) =>
                {
                    if (reply.Text is null)
                    {
                        throw new InvalidOperationException($"The server refused the key: {reply.Error}");
                    }
                });
            }
        }

        return new RespTarget(open);
    }

    public void Send(Request request, Action<Request, Reply> onReply)
    {
        RespConnection connection = _connections[_next];
        _next = (_next + 1) % _connections.Length;
        if (request.Query is { } query)
        {
            connection.Send(["ROUTE", query], request, onReply);
        }
        else
        {
            connection.Send(
                [
                    "OUTCOME", request.DecisionId, request.Relevance.ToString(CultureInfo.InvariantCulture),
                    request.LatencyMs.ToString(CultureInfo.InvariantCulture),
                ],
                request,
                onReply);
        }
    }

    public async ValueTask FlushAsync()
    {
        foreach (RespConnection connection in _connections)
        {
            await connection.FlushAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RespConnection connection in _connections)
        {
            await connection.DisposeAsync();
        }
    }
}
