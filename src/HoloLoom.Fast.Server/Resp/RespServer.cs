using System.Collections.Concurrent;
using System.Diagnostics;
using HoloLoom.Fast.Hosting;
using HoloLoom.Fast.Server.Metrics;

namespace HoloLoom.Fast.Server.Resp;

/// <summary>What all connections share: the routers, the limits, the keys, the list of connections, and counts.</summary>
internal sealed class RespServer
{
    private readonly ConcurrentDictionary<long, RespConnection> _connections = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _lastId;
    private long _commands;
    private int _connected;
    private long _rejected;
    private long _protocolErrors;

    public RespServer(RouterRegistry routers, RespOptions options, ServerMetrics? metrics = null, QueryLog? queries = null)
    {
        options.Check();
        Routers = routers;
        Metrics = metrics;
        Queries = queries;
        Options = options;
        Limits = options.Limits;
        Keys = new AccessKeys(options.ApiKey, options.ReadOnlyKey);
        Rates = options.MaxCommandsPerSecond is int perSecond ? new ClientRates(perSecond, TimeProvider.System) : null;
        metrics?.Connections.Add("resp", () => new ConnectionCounts(Connected, Connections, Rejected));
        metrics?.Connections.AddCommands(() => new CommandCounts(Commands, ProtocolErrors));
    }

    public RouterRegistry Routers { get; }

    /// <summary>Where times go; null if they are not taken.</summary>
    public ServerMetrics? Metrics { get; }

    /// <summary>Where queries are written down; null if they are not.</summary>
    public QueryLog? Queries { get; }

    public RespOptions Options { get; }

    public RespLimits Limits { get; }

    public AccessKeys Keys { get; }

    /// <summary>How fast clients may go; null if as fast as they can.</summary>
    public ClientRates? Rates { get; }

    public TimeSpan Uptime => Stopwatch.GetElapsedTime(_started);

    /// <summary>Connections that are open.</summary>
    public int Connected => Volatile.Read(ref _connected);

    /// <summary>Connections that there have been.</summary>
    public long Connections => Volatile.Read(ref _lastId);

    /// <summary>Connections that were one too many.</summary>
    public long Rejected => Volatile.Read(ref _rejected);

    /// <summary>Commands that were executed.</summary>
    public long Commands => Volatile.Read(ref _commands);

    /// <summary>Connections that were closed because of what was no command.</summary>
    public long ProtocolErrors => Volatile.Read(ref _protocolErrors);

    /// <summary>The open connections, oldest first.</summary>
    public IEnumerable<RespConnection> List() =>
        _connections.ToArray().OrderBy(static pair => pair.Key).Select(static pair => pair.Value); // A copy: what is sorted must not change.

    /// <summary>The number of a new connection; null if it is one too many.</summary>
    public long? Enter()
    {
        if (Interlocked.Increment(ref _connected) > Options.MaxConnections)
        {
            Interlocked.Decrement(ref _connected);
            Interlocked.Increment(ref _rejected);
            RespMetrics.Rejected();
            return null;
        }

        RespMetrics.Connected();
        return Interlocked.Increment(ref _lastId);
    }

    public void Add(RespConnection connection) => _connections[connection.Id] = connection;

    public void Leave(long id)
    {
        _connections.TryRemove(id, out _);
        Interlocked.Decrement(ref _connected);
        RespMetrics.Disconnected();
    }

    /// <summary>Counts a connection that is closed because of what was no command.</summary>
    public void CountProtocolError()
    {
        Interlocked.Increment(ref _protocolErrors);
        RespMetrics.ProtocolError();
    }

    /// <summary>Counts commands that were executed.</summary>
    /// <param name="commands">How many.</param>
    /// <param name="since">When they came, by <see cref="System.Diagnostics.Stopwatch"/>.</param>
    public void Count(int commands, long since)
    {
        Interlocked.Add(ref _commands, commands);
        RespMetrics.Executed(commands, since);
    }
}
