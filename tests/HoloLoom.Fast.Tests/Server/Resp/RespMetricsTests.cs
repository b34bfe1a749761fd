using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using HoloLoom.Fast.Server.Resp;

namespace HoloLoom.Fast.Tests.Server.Resp;

[Collection(AloneInTheProcess.Name)]
public sealed class RespMetricsTests
{
    [Fact]
    public async Task Connections_commands_errors_and_times_are_measured()
    {
        var sums = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == RespMetrics.MeterName)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) =>
        {
            Assert.InRange(value, 0, 60);
            sums.AddOrUpdate(instrument.Name, 1, (_, count) => count + 1);
        });
        listener.Start();

        RespServer server = Conversation.Server(new RespOptions { MaxConnections = 1 });
        using var client = new Conversation(server);
        Assert.Null(server.Enter());
        Assert.Equal(1, sums["hololoom.resp.connections"]);
        await client.SendAsync("PING\r\nROUTE q\r\n*x\r\n");
        Assert.Equal(3, (await client.HangUpAsync()).Count);
        Assert.Equal(0, sums["hololoom.resp.connections"]);
        Assert.Equal(1, sums["hololoom.resp.connections.rejected"]);
        Assert.Equal(2, sums["hololoom.resp.commands"]);
        Assert.Equal(1, sums["hololoom.resp.protocol.errors"]);
        Assert.Equal(1, sums["hololoom.resp.execution.duration"]);
    }
}
