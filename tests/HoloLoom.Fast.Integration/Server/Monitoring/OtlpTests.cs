using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using HoloLoom.Fast.Integration.Server.Http;

namespace HoloLoom.Fast.Integration.Server.Monitoring;

/// <summary>What is sent to a collector of OpenTelemetry.</summary>
public sealed class OtlpTests
{
    [Fact]
    public async Task Measurements_are_sent_while_the_server_runs_and_a_last_time_when_it_stops()
    {
        using var collector = new Collector();
        using ServedProcess server = await ServedProcess.StartAsync([], environment: collector.Environment(intervalMs: 100));
        await server.DecideAsync();
        for (int i = 0; !collector.Has("hololoom.decisions", "relationship", "http.server.request.duration", "service.name"); i++)
        {
            Assert.True(i < 600, $"within a minute came {string.Join('\n', collector.Bodies)}");
            await Task.Delay(100);
        }

        Assert.All(collector.Requests, static request => Assert.Equal("POST /v1/metrics application/x-protobuf", request));
        Assert.Equal(0, await server.EndAsync("TERM"));
    }

    [Fact]
    public async Task What_happened_since_the_last_export_is_sent_at_the_end()
    {
        using var collector = new Collector();
        using ServedProcess server = await ServedProcess.StartAsync([], environment: collector.Environment(intervalMs: 3_600_000));
        await server.DecideAsync();
        Assert.Empty(collector.Bodies);
        Assert.Equal(0, await server.EndAsync("TERM"));
        Assert.True(collector.Has("hololoom.decisions", "relationship"));
    }

    [Fact]
    public async Task A_collector_that_is_not_there_holds_nothing_up()
    {
        using ServedProcess server = await ServedProcess.StartAsync([], environment: new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "50",
        });
        for (int i = 0; i < 20; i++)
        {
            await server.DecideAsync();
            await Task.Delay(10);
        }

        Assert.Equal(0, await server.EndAsync("TERM"));
    }

    [Fact]
    public async Task An_endpoint_that_is_none_stops_the_start()
    {
        using HololoomProcess process = HololoomProcess.StartIn(
            new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "collector" }, "serve", "--urls", "http://127.0.0.1:0", "--resp", "off");
        (await process.FinishAsync(default)).AssertFailure("OTEL_EXPORTER_OTLP_ENDPOINT", "'collector'", "http://HOST:PORT");
    }

    /// <summary>Takes whatever is posted.</summary>
    private sealed class Collector : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly ConcurrentQueue<(string Request, string Body)> _received = new();
        private readonly string _url;

        public Collector()
        {
            using (var probe = new TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                _url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
            }

            _listener.Prefixes.Add(_url + "/");
            _listener.Start();
            _ = RunAsync();
        }

        public IEnumerable<string> Bodies => _received.Select(static one => one.Body);

        public IEnumerable<string> Requests => _received.Select(static one => one.Request);

        public Dictionary<string, string> Environment(int intervalMs) => new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = $"{intervalMs}",
        };

        /// <summary>Whether one message holds all of these names.</summary>
        public bool Has(params string[] names) => Bodies.Any(body => names.All(name => body.Contains(name, StringComparison.Ordinal)));

        public void Dispose() => _listener.Close();

        private async Task RunAsync()
        {
            try
            {
                while (true)
                {
                    HttpListenerContext context = await _listener.GetContextAsync();
                    using var body = new MemoryStream();
                    await context.Request.InputStream.CopyToAsync(body);
                    _received.Enqueue((
                        $"{context.Request.HttpMethod} {context.Request.Url!.AbsolutePath} {context.Request.ContentType}", Encoding.Latin1.GetString(body.ToArray())));
                    context.Response.ContentType = "application/x-protobuf";
                    context.Response.Close();
                }
            }
            catch (Exception over) when (over is HttpListenerException or ObjectDisposedException)
            {
                // Disposed.
            }
        }
    }
}
