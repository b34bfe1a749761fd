using Microsoft.AspNetCore.Connections;

namespace HoloLoom.Fast.Server.Http;

/// <summary>Closes connections beyond a number at once; those of RESP have a limit of their own.</summary>
internal sealed class ConnectionLimit(int max)
{
    private int _open;

    public ConnectionDelegate Wrap(ConnectionDelegate next) => async connection =>
    {
        try
        {
            if (Interlocked.Increment(ref _open) <= max)
            {
                await next(connection);
            }
            else
            {
                connection.Abort();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    };
}
