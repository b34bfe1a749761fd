using System.Net;
using HoloLoom.Fast.Server.Http;

namespace HoloLoom.Fast.Server.Resp;

/// <summary>
/// How fast a client may go: one clock an address, whatever the number of its connections. A client that is too fast is not refused
/// anything; its connections wait before they read on.
/// </summary>
/// <param name="perSecond">Commands a second, queries of an MROUTE counting each.</param>
/// <param name="time">The clock.</param>
internal sealed class ClientRates(int perSecond, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, ClientRate> _rates = [];

    /// <summary>The rate of a new connection's client; to be given back by <see cref="Leave"/>.</summary>
    public ClientRate Enter(EndPoint? remote)
    {
        // All who come through Unix sockets are one client.
        IPAddress address = ClientLimit.Client((remote as IPEndPoint)?.Address);
        lock (_gate)
        {
            if (!_rates.TryGetValue(address, out ClientRate? rate))
            {
                _rates.Add(address, rate = new ClientRate(address, perSecond, time));
            }

            rate.Connections++;
            return rate;
        }
    }

    /// <summary>Tells that a connection has ended.</summary>
    public void Leave(ClientRate rate)
    {
        lock (_gate)
        {
            // Who owes something keeps owing it, lest it be enough to connect anew.
            if (--rate.Connections == 0 && rate.Take(0) == TimeSpan.Zero)
            {
                _rates.Remove(rate.Address);
            }
        }
    }
}

/// <summary>
/// One client's rate, by the generic cell rate algorithm (ITU-T I.371): an account that a second fills with what a second may cost, and that
/// holds no more than that.
/// </summary>
internal sealed class ClientRate(IPAddress address, int perSecond, TimeProvider time)
{
    // When the account will be full again, in ticks of the clock.
    private long _full = long.MinValue;

    public IPAddress Address => address;

    /// <summary>Its open connections; under the lock of <see cref="ClientRates"/>.</summary>
    public int Connections { get; set; }

    /// <summary>Charges some commands, and returns how long to wait before the next.</summary>
    public TimeSpan Take(int commands)
    {
        long second = time.TimestampFrequency;
        long now = time.GetTimestamp();
        long seen = Volatile.Read(ref _full);
        while (true)
        {
            long full = Math.Max(now, seen) + (commands * second / perSecond);
            long before = Interlocked.CompareExchange(ref _full, full, seen);
            if (before == seen)
            {
                return time.GetElapsedTime(0, Math.Max(0, full - now - second));
            }

            seen = before;
        }
    }
}
