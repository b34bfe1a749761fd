using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace HoloLoom.Fast.Server.Resp;

/// <summary>What can be measured of RESP, of all servers of the process together. Where nobody listens it costs next to nothing.</summary>
internal static class RespMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "HoloLoom.Fast.Server.Resp";

    private static readonly Meter s_meter = new(MeterName);

    private static readonly UpDownCounter<long> s_connections =
        s_meter.CreateUpDownCounter<long>("hololoom.resp.connections", "{connection}", "Connections that are open.");

    private static readonly Counter<long> s_rejected =
        s_meter.CreateCounter<long>("hololoom.resp.connections.rejected", "{connection}", "Connections that were one too many.");

    private static readonly Counter<long> s_commands = s_meter.CreateCounter<long>("hololoom.resp.commands", "{command}", "Commands that were executed.");

    private static readonly Counter<long> s_protocolErrors =
        s_meter.CreateCounter<long>("hololoom.resp.protocol.errors", "{error}", "Connections that were closed because of what was no command.");

    private static readonly Histogram<double> s_duration = s_meter.CreateHistogram<double>(
        "hololoom.resp.execution.duration",
        "s",
        "From input that has come to its replies, all commands that came together.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 5e-3, 0.025, 0.1] });

    public static void Connected() => s_connections.Add(1);

    public static void Disconnected() => s_connections.Add(-1);

    public static void Rejected() => s_rejected.Add(1);

    public static void ProtocolError() => s_protocolErrors.Add(1);

    /// <summary>Commands that came together have been executed.</summary>
    /// <param name="commands">How many.</param>
    /// <param name="since">When they came, by <see cref="Stopwatch"/>.</param>
    public static void Executed(int commands, long since)
    {
        s_commands.Add(commands);
        if (s_duration.Enabled)
        {
            s_duration.Record(Stopwatch.GetElapsedTime(since).TotalSeconds);
        }
    }
}
