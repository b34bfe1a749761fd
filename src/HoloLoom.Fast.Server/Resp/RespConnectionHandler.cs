using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace HoloLoom.Fast.Server.Resp;

/// <summary>Serves the connections that Kestrel accepts.</summary>
internal sealed class RespConnectionHandler(RespServer server) : ConnectionHandler
{
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        if (server.Enter() is not long id)
        {
            await connection.Transport.Output.WriteAsync("-ERR max number of clients reached\r\n"u8.ToArray()).ConfigureAwait(false);
            return;
        }

        var client = new RespConnection(server, id, connection.Transport, connection.RemoteEndPoint);
        server.Add(client);
        try
        {
            // Once a second, for a connection that hangs: nothing of its own runs then.
            connection.Features.Get<IConnectionHeartbeatFeature>()?.OnHeartbeat(
                static state =>
                {
                    (RespConnection client, ConnectionContext connection) = ((RespConnection, ConnectionContext))state;
                    if (client.IsOverdue())
                    {
                        connection.Abort(new ConnectionAbortedException("The client was silent or too slow for too long."));
                    }
                },
                (client, connection));
            CancellationToken stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
            using CancellationTokenRegistration stop = stopping.UnsafeRegister(static client => ((RespConnection)client!).Stop(), client);
            using CancellationTokenRegistration gone = connection.ConnectionClosed.UnsafeRegister(static client => ((RespConnection)client!).Stop(), client);
            await client.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            server.Leave(id);
        }
    }
}
