using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HoloLoom.Fast.Integration.Server;

/// <summary>Options of <c>hololoom serve</c> that hold for both protocols, as its process takes them.</summary>
public sealed class ServeOptionsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Queries_are_in_the_log_if_asked_for_and_never_else(bool areAsked)
    {
        using HololoomProcess process = HololoomProcess.Start([.. Serve, .. areAsked ? ["--log-queries"] : Array.Empty<string>()]);
        (Uri http, Uri resp) = await AddressesAsync(process);
        using var client = new HttpClient { BaseAddress = http };
        foreach ((string path, string type, string body) in ((string, string, string)[])[
            ("/v1/route", "application/json", """{"query":"secret one"}"""),
            ("/v1/route/batch", "application/json", """{"queries":["secret two","secret three"]}"""),
            ("/v1/route/batch", "application/jsonl", "\"secret four\"\n"),
            ("/v1/route", "application/json", """{"query":"secret wrong" """),
            ("/v1/route", "application/json", """{"query":"secret wrong","secret wrong":1}"""),
            ("/v1/routers/secret-wrong/route", "application/json", """{"query":"secret wrong"}"""),
            ("/v1/outcomes", "application/json", """{"outcomes":[{"decision_id":"secret wrong"}]}""")])
        {
            using var content = new StringContent(body, Encoding.UTF8, type);
            (await client.PostAsync(path, content)).Dispose();
        }

        await CommandsAsync(resp, "ROUTE \"secret five\"\r\nROUTE \"secret six\" UNIT u\r\nMROUTE \"secret seven\" \"secret eight\"\r\nROUTE \"secret wrong\" AVAILABLE secret-wrong\r\n");
        await process.SignalAsync("TERM");
        string log = await process.Error.ReadToEndAsync();
        Assert.Equal(0, await process.WaitAsync());
        string[] found = [.. log.Split('\n').Where(static line => line.Contains("secret", StringComparison.Ordinal))];
        Assert.DoesNotContain(found, static line => line.Contains("wrong", StringComparison.Ordinal));
        Assert.Equal(areAsked ? 8 : 0, found.Length);
        Assert.All(found, static line => Assert.Contains("HoloLoom.Fast.Queries", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_rate_limit_refuses_over_HTTP_and_holds_up_RESP()
    {
        const int Rate = 20;
        using HololoomProcess process = HololoomProcess.Start([.. Serve, "--rate-limit", $"{Rate}"]);
        (Uri http, Uri resp) = await AddressesAsync(process);
        using var client = new HttpClient { BaseAddress = http };
        int refused = 0;
        for (int i = 0; i < 5000 && refused == 0; i++)
        {
            using HttpResponseMessage answer = await client.GetAsync("/v1/stats");
            refused += answer.StatusCode == HttpStatusCode.TooManyRequests ? 1 : 0;
        }

        Assert.Equal(1, refused);

        // What came together is executed together; the next waits until it is paid for.
        long began = Stopwatch.GetTimestamp();
        string queries = string.Join(' ', Enumerable.Repeat("q", 3 * Rate));
        await CommandsAsync(resp, $"MROUTE {queries}\r\n");
        await CommandsAsync(resp, "ROUTE q\r\n");
        Assert.True(Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(1.5), "two seconds' worth of queries was not waited for");
    }

    private static string[] Serve => ["serve", "--urls", "http://127.0.0.1:0", "--resp", "127.0.0.1:0"];

    private static async Task<(Uri Http, Uri Resp)> AddressesAsync(HololoomProcess process)
    {
        var addresses = new List<Uri>();
        while (addresses.Count < 2 && await process.Error.ReadLineAsync() is string line)
        {
            if (line.StartsWith(HololoomProcess.Listening, StringComparison.Ordinal))
            {
                addresses.Add(new Uri(line[HololoomProcess.Listening.Length..]));
            }
        }

        return (addresses.Single(static address => address.Scheme == "http"), addresses.Single(static address => address.Scheme != "http"));
    }

    // Sends commands, and waits until they are answered.
    private static async Task CommandsAsync(Uri resp, string commands)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(resp.Host, resp.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(commands + "PING\r\n"));
        var replies = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (!replies.ToString().EndsWith("+PONG\r\n", StringComparison.Ordinal))
        {
            int read = await client.GetStream().ReadAsync(buffer);
            Assert.True(read > 0, "the server hung up");
            replies.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }
    }
}
