using HoloLoom.Fast.Server.Metrics;
using Microsoft.AspNetCore.Connections;

namespace HoloLoom.Fast.Server.Http;

/// <summary>Closes connections beyond a number at once; those of RESP have a limit of their own.</summary>
internal sealed class ConnectionLimit(int max)
{
    private int _open;
    private long _accepted;
    private long _refused;

    public ConnectionCounts Counts => new(Volatile.Read(ref _open), Volatile.Read(ref _accepted), Volatile.Read(ref _refused));

    public ConnectionDelegate Wrap(ConnectionDelegate next) => async connection =>
    {
        try
        {
            if (Interlocked.Increment(ref _open) <= max)
            {
                Interlocked.Increment(ref _accepted);
                await next(connection);
            }
            else
            {
                Interlocked.Increment(ref _refused);
                connection.Abort();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    };
}
