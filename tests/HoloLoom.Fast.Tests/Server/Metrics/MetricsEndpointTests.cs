using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using HoloLoom.Fast.Hosting;
using HoloLoom.Fast.Server;

namespace HoloLoom.Fast.Tests.Server.Metrics;

public sealed class MetricsEndpointTests : IAsyncLifetime, IDisposable
{
    private static readonly RouterOptions s_rules = new() { Strategy = "rules", Seed = 1 };

    private readonly RouterRegistry _routers = new(s_rules);
    private HttpClient _client = null!;
    private RoutingServer _server = null!;

    public async Task InitializeAsync() => await StartAsync(new ServerOptions());

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose()
    {
        _client.Dispose();
        _routers.Dispose();
    }

    [Fact]
    public async Task What_was_decided_by_either_protocol_is_in_the_next_scrape()
    {
        await PostAsync("/v1/route", """{"query":"who wrote this paper"}""");
        await PostAsync("/v1/route/batch", """{"queries":["who","my notes"]}""");
        await PostAsync("/v1/route", "{");
        await _client.GetAsync("/nowhere");
        Assert.StartsWith("*4", await CommandAsync("ROUTE \"who wrote this\"\r\nPING\r\n"), StringComparison.Ordinal);
        Dictionary<string, double> seen = await ScrapeAsync();
        Assert.Equal(4, Sum(seen, "hololoom_decisions_total{router=\"default\""));
        Assert.Equal(4, seen["hololoom_strategy_decisions_total{router=\"default\",strategy=\"rules\"}"]);
        Assert.Equal(2, seen["hololoom_request_duration_seconds_count{protocol=\"http\",route=\"/v1/route\"}"]);
        Assert.Equal(1, seen["hololoom_request_duration_seconds_count{protocol=\"http\",route=\"/v1/route/batch\"}"]);
        Assert.Equal(1, seen["hololoom_request_duration_seconds_count{protocol=\"http\",route=\"none\"}"]);
        Assert.InRange(seen["hololoom_request_duration_seconds_count{protocol=\"resp\",route=\"commands\"}"], 1, 2);
        Assert.InRange(seen["hololoom_request_duration_seconds_sum{protocol=\"http\",route=\"/v1/route\"}"], 1e-6, 60);
        Assert.Equal(1, seen["hololoom_request_errors_total{route=\"/v1/route\",status=\"400\"}"]);
        Assert.Equal(1, seen["hololoom_request_errors_total{route=\"none\",status=\"404\"}"]);
        Assert.Equal(2, seen["hololoom_decision_duration_seconds_count{mode=\"batch\"}"]);
        Assert.Equal(0.5, seen.First(static pair => pair.Key.StartsWith("hololoom_posterior_mean{", StringComparison.Ordinal)).Value);
        Assert.Equal(0, seen["hololoom_flush_errors_total{router=\"default\"}"]);
        Assert.True(seen["process_working_set_bytes"] > 1_000_000);
    }

    [Fact]
    public async Task Connections_and_commands_are_counted_of_either_protocol()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        await StartAsync(new ServerOptions { MaxConnections = 2 });
        await CommandAsync("ROUTE who\r\nPING\r\n");
        var address = new Uri(_server.Addresses.First(static address => address.StartsWith("redis", StringComparison.Ordinal)));
        using (var wrong = new TcpClient())
        {
            await wrong.ConnectAsync(address.Host, address.Port);
            await wrong.GetStream().WriteAsync("*1\r\n:1\r\n"u8.ToArray());
            await ReadToEndAsync(wrong);
        }

        // One connection is the client's, and another fits beside it.
        var scraping = new Uri(_client.BaseAddress!.ToString());
        using var second = new TcpClient();
        Dictionary<string, double> seen = await ScrapeAsync();
        Assert.Equal(0, seen["hololoom_connections_refused_total{protocol=\"http\"}"]);
        await second.ConnectAsync(scraping.Host, scraping.Port);
        await second.GetStream().WriteAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        Assert.True(await second.GetStream().ReadAsync(new byte[1]) > 0);
        using var third = new TcpClient();
        try
        {
            await third.ConnectAsync(scraping.Host, scraping.Port);
            await ReadToEndAsync(third);
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            // It was hung up on before it knew that it was there.
        }

        for (int i = 0; (seen = await ScrapeAsync())["hololoom_connections{protocol=\"http\"}"] != 2; i++)
        {
            // That of the third ends with its hanging up, but not in the same moment.
            Assert.True(i < 500);
            await Task.Delay(20);
        }

        Assert.Equal(2, seen["hololoom_connections_accepted_total{protocol=\"http\"}"]);
        Assert.Equal(1, seen["hololoom_connections_refused_total{protocol=\"http\"}"]);
        Assert.Equal(2, seen["hololoom_connections_accepted_total{protocol=\"resp\"}"]);
        Assert.Equal(0, seen["hololoom_connections_refused_total{protocol=\"resp\"}"]);
        Assert.Equal(2, seen["hololoom_resp_commands_total"]);
        Assert.Equal(1, seen["hololoom_resp_protocol_errors_total"]);
    }

    [Fact]
    public async Task Some_of_the_single_decisions_are_timed()
    {
        int threads = 0;
        for (int i = 0; i < 1000; i++)
        {
            await PostAsync("/v1/route", """{"query":"who"}""");
            threads = Math.Max(threads, ThreadPool.ThreadCount);
        }

        // Each thread counts its own: one that makes a few may time one of them or none.
        double timed = (await ScrapeAsync())["hololoom_decision_duration_seconds_count{mode=\"single\"}"];
        Assert.InRange(timed, Math.Max(1, 1000 / 32 - threads), 1000 / 32 + 1 + threads);
    }

    [Fact]
    public async Task Series_of_what_is_gone_vanish_and_counts_never_go_down_but_with_a_new_router()
    {
        const string Labels = "{router=\"t\"";
        await _client.PutAsync("/v1/routers/t", Json("""{"strategy":"rules"}"""));
        await PostAsync("/v1/routers/t/route", """{"query":"who"}""");
        await PostAsync("/v1/routers/t/outcomes", """{"outcomes":[]}""");
        Dictionary<string, double> seen = await ScrapeAsync();
        Assert.Equal((1, 2), (Sum(seen, "hololoom_decisions_total" + Labels), seen["hololoom_routers"]));
        Assert.Contains(seen.Keys, static key => key.Contains("router=\"t\"", StringComparison.Ordinal) && key.Contains("mem0", StringComparison.Ordinal));

        string tag = (await _client.GetAsync("/v1/routers/t/config")).Headers.ETag!.Tag;
        using var replace = new HttpRequestMessage(HttpMethod.Put, "/v1/routers/t/config")
        {
            Content = Json("""{"backends":["neo4j","quo\"te\\d"],"queryTypes":[{"name":"relationship","backend":"neo4j","patterns":[]}],"strategy":"rules"}"""),
        };
        replace.Headers.IfMatch.Add(new EntityTagHeaderValue(tag));
        (await _client.SendAsync(replace)).EnsureSuccessStatusCode();
        seen = await ScrapeAsync();
        Assert.DoesNotContain(seen.Keys, static key => key.Contains("router=\"t\"", StringComparison.Ordinal) && key.Contains("mem0", StringComparison.Ordinal));
        Assert.Equal(1, seen["hololoom_strategy_decisions_total{router=\"t\",strategy=\"rules\"}"]);
        Assert.Contains("hololoom_decisions_total{router=\"t\",query_type=\"relationship\",backend=\"quo\\\"te\\\\d\"}", seen.Keys);

        // Removed, and made anew before the next scrape.
        await _client.DeleteAsync("/v1/routers/t");
        await _client.PutAsync("/v1/routers/t", Json("""{"strategy":"rules"}"""));
        Assert.Equal(0, Sum(await ScrapeAsync(), "hololoom_decisions_total" + Labels));
        await _client.DeleteAsync("/v1/routers/t");
        Assert.DoesNotContain((await ScrapeAsync()).Keys, static key => key.Contains("router=\"t\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Scrapes_at_once_while_routers_come_and_go_are_each_whole()
    {
        using var over = new CancellationTokenSource();
        Task changes = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                _routers.Create("t", s_rules).Current.Route("who");
                await Task.Yield();
                _routers.Remove("t");
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            for (int i = 0; i < 25; i++)
            {
                Assert.Contains("hololoom_decisions_total{router=\"default\",query_type=\"", string.Join('\n', (await ScrapeAsync()).Keys), StringComparison.Ordinal);
            }
        }));
        over.Cancel();
        await changes;
    }

    [Fact]
    public async Task OpenMetrics_is_given_to_those_who_ask_for_it()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Accept.ParseAdd("application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
        using HttpResponseMessage answer = await _client.SendAsync(request);
        Assert.Equal("application/openmetrics-text", answer.Content.Headers.ContentType!.MediaType);
        Assert.EndsWith("# EOF\n", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using HttpResponseMessage plain = await _client.GetAsync("/metrics");
        Assert.Equal("text/plain", plain.Content.Headers.ContentType!.MediaType);
        Assert.DoesNotContain("# EOF", await plain.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_of_those_who_may_only_look_suffices_and_one_is_needed()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        await StartAsync(new ServerOptions { ApiKey = "full", ReadOnlyKey = "read" });
        Assert.Equal(HttpStatusCode.Unauthorized, (await _client.GetAsync("/metrics")).StatusCode);
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "read");
        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync("/metrics")).StatusCode);
    }

    private async Task StartAsync(ServerOptions options)
    {
        _server = RoutingServer.Create(options with { Urls = ["http://127.0.0.1:0"], RespAddress = "127.0.0.1:0" }, _routers);
        await _server.StartAsync();
        _client = new HttpClient { BaseAddress = new Uri(_server.Addresses.First(static address => address.StartsWith("http", StringComparison.Ordinal))) };
    }

    private async Task<HttpResponseMessage> PostAsync(string path, string json) => await _client.PostAsync(path, Json(json));

    private async Task<string> CommandAsync(string commands)
    {
        var address = new Uri(_server.Addresses.First(static address => address.StartsWith("redis", StringComparison.Ordinal)));
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(commands));
        var reply = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (!reply.ToString().EndsWith("+PONG\r\n", StringComparison.Ordinal))
        {
            int read = await client.GetStream().ReadAsync(buffer);
            Assert.True(read > 0, "the server hung up");
            reply.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        return reply.ToString();
    }

    private async Task<Dictionary<string, double>> ScrapeAsync()
    {
        using HttpResponseMessage answer = await _client.GetAsync("/metrics");
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static line => line[0] != '#')
            .ToDictionary(static line => line[..line.LastIndexOf(' ')], static line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    private static async Task ReadToEndAsync(TcpClient client)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        try
        {
            while (await client.GetStream().ReadAsync(new byte[64], patience.Token) > 0)
            {
            }
        }
        catch (IOException)
        {
            // It was closed hard.
        }
    }

    private static double Sum(Dictionary<string, double> seen, string prefix) =>
        seen.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)).Sum(static pair => pair.Value);

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
