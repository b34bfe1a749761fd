using System.Collections.Concurrent;
using Prometheus;

namespace HoloLoom.Fast.Server.Metrics;

/// <summary>What is known of a protocol's connections.</summary>
/// <param name="Open">Connections that are open.</param>
/// <param name="Accepted">Connections that there have been.</param>
/// <param name="Refused">Connections that were one too many.</param>
internal readonly record struct ConnectionCounts(int Open, long Accepted, long Refused);

/// <summary>What is known of the commands of RESP.</summary>
/// <param name="Executed">Commands that were executed.</param>
/// <param name="ProtocolErrors">Connections that were closed because of what was no command.</param>
internal readonly record struct CommandCounts(long Executed, long ProtocolErrors);

/// <summary>The series about connections. Those who accept them count; here it is read when somebody looks.</summary>
internal sealed class ConnectionFamilies(MetricFactory factory)
{
    private readonly ConcurrentDictionary<string, Func<ConnectionCounts>> _protocols = new();
    private readonly Gauge _open = factory.CreateGauge("hololoom_connections", "Connections that are open.", "protocol");
    private readonly Counter _accepted = factory.CreateCounter("hololoom_connections_accepted_total", "Connections that were accepted.", "protocol");
    private readonly Counter _refused = factory.CreateCounter(
        "hololoom_connections_refused_total", "Connections that were closed at once, being more than the limit.", "protocol");
    private readonly Counter _commands = factory.CreateCounter("hololoom_resp_commands_total", "Commands of RESP that were executed.");
    private readonly Counter _errors = factory.CreateCounter(
        "hololoom_resp_protocol_errors_total", "Connections of RESP that were closed because of what was no command.");
    private Func<CommandCounts>? _resp;

    /// <summary>Adds a protocol.</summary>
    public void Add(string protocol, Func<ConnectionCounts> read) => _protocols[protocol] = read;

    /// <summary>Adds the commands of RESP.</summary>
    public void AddCommands(Func<CommandCounts> read) => _resp = read;

    /// <summary>Reads all.</summary>
    public void Update()
    {
        foreach ((string protocol, Func<ConnectionCounts> read) in _protocols)
        {
            ConnectionCounts counts = read();
            _open.WithLabels(protocol).Set(counts.Open);
            _accepted.WithLabels(protocol).IncTo(counts.Accepted);
            _refused.WithLabels(protocol).IncTo(counts.Refused);
        }

        if (_resp?.Invoke() is { } commands)
        {
            _commands.IncTo(commands.Executed);
            _errors.IncTo(commands.ProtocolErrors);
        }
    }
}
