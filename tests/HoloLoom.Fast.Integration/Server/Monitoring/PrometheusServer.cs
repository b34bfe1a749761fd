using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using HoloLoom.Fast.Integration.Native;

namespace HoloLoom.Fast.Integration.Server.Monitoring;

/// <summary>A real Prometheus, with the project's configuration, that scrapes one server five times a second.</summary>
internal sealed partial class PrometheusServer : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Process _process;
    private readonly HttpClient _client;

    private PrometheusServer(string target)
    {
        string folder = Path.Combine(Toolchain.Repository, "src", "HoloLoom.Fast.Server", "monitoring");
        string configuration = File.ReadAllText(Path.Combine(folder, "prometheus.yml"));
        Assert.Contains("127.0.0.1:8080", configuration, StringComparison.Ordinal);
        configuration = Interval().Replace(configuration, "$1 200ms").Replace("127.0.0.1:8080", target, StringComparison.Ordinal);
        _directory.Write("alerts.yml", File.ReadAllText(Path.Combine(folder, "alerts.yml")));
        string file = _directory.Write("prometheus.yml", configuration);
        int port = FreePort();
        var start = new ProcessStartInfo(
            Toolchain.Program("prometheus"),
            [$"--config.file={file}", $"--storage.tsdb.path={_directory["data"]}", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error"])
        {
            WorkingDirectory = _directory[""],
        };
        _process = Process.Start(start)!;
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    /// <summary>Starts it, and waits until it has scraped the server a few times.</summary>
    public static async Task<PrometheusServer> StartAsync(string target)
    {
        var server = new PrometheusServer(target);
        for (int i = 0; i < 600; i++)
        {
            Assert.False(server._process.HasExited, "Prometheus ended");
            try
            {
                if (await server.ValueAsync("count_over_time(up{job=\"hololoom\"}[1m])") > 3)
                {
                    return server;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet, or is not ready.
            }

            await Task.Delay(100);
        }

        server.Dispose();
        throw new TimeoutException("Prometheus has not scraped the server within a minute");
    }

    /// <summary>The result of an expression, which must be one that Prometheus can evaluate.</summary>
    public async Task<JsonElement[]> QueryAsync(string expression)
    {
        using HttpResponseMessage response = await _client.GetAsync($"/api/v1/query?query={Uri.EscapeDataString(expression)}");
        string text = await response.Content.ReadAsStringAsync();
        Assert.False(response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity, $"{expression}: {text}");
        response.EnsureSuccessStatusCode();
        return [.. JsonDocument.Parse(text).RootElement.GetProperty("data").GetProperty("result").EnumerateArray()];
    }

    /// <summary>The value of an expression; NaN without one.</summary>
    public async Task<double> ValueAsync(string expression) =>
        await QueryAsync(expression) is [JsonElement one] ? double.Parse(one.GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture) : double.NaN;

    public void Dispose()
    {
        _client.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        _directory.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex("(scrape_interval:|evaluation_interval:) 15s")]
    private static partial Regex Interval();
}
