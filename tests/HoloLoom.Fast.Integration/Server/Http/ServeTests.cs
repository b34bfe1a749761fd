using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace HoloLoom.Fast.Integration.Server.Http;

/// <summary>The server as people start and end it. HOLOLOOM_KILLS sets how often it is killed.</summary>
public sealed class ServeTests
{
    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_ends_it_well_and_what_was_learned_is_there_again(string signal)
    {
        using var directory = new TemporaryDirectory();
        string pending;
        using (ServedProcess server = await ServedProcess.StartAsync(["--state", directory["state"]]))
        {
            Assert.Equal("accepted", await server.ReportAsync(await server.DecideAsync(), durable: false));
            pending = await server.DecideAsync();
            Assert.Equal(0, await server.EndAsync(signal));
        }

        using ServedProcess again = await ServedProcess.StartAsync(["--state", directory["state"]]);
        Assert.Equal("accepted", await again.ReportAsync(pending, durable: false));
        JsonElement statistics = JsonDocument.Parse(await again.Client.GetStringAsync("/v1/stats")).RootElement;
        Assert.Equal(2, statistics.GetProperty("outcomes").GetInt32());
        Assert.Equal(2, statistics.GetProperty("decisions").GetInt32());
    }

    [Fact]
    public async Task Requests_under_way_are_answered_before_it_ends()
    {
        using ServedProcess server = await ServedProcess.StartAsync([]);
        var url = new Uri(server.Url);
        using var client = new TcpClient();
        await client.ConnectAsync(url.Host, url.Port);
        NetworkStream stream = client.GetStream();
        const string Body = """{"query":"who"}""";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /v1/route HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n"));

        // It is under way when the client is told to go on.
        byte[] goOn = new byte[25];
        await stream.ReadExactlyAsync(goOn);
        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n"u8, goOn);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Body[..5]));
        Task<int> ending = server.EndAsync("TERM");
        await Task.Delay(300);
        Assert.False(ending.IsCompleted);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Body[5..]));
        using var reader = new StreamReader(stream);
        Assert.Contains("\"decision_id\"", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await ending);
    }

    [Fact]
    public async Task What_was_acknowledged_as_durable_survives_kills_and_is_counted_once()
    {
        int kills = int.Parse(Environment.GetEnvironmentVariable("HOLOLOOM_KILLS") ?? "10", CultureInfo.InvariantCulture);
        using var directory = new TemporaryDirectory();
        int acknowledged = 0;
        var unsure = new List<string>();
        for (int round = 0; round < kills; round++)
        {
            using ServedProcess server = await ServedProcess.StartAsync(["--state", directory["state"]]);
            foreach (string id in unsure)
            {
                Assert.Contains(await server.ReportAsync(id, durable: true), (string[])["accepted", "duplicate"]);
                acknowledged++;
            }

            unsure.Clear();
            JsonElement statistics = JsonDocument.Parse(await server.Client.GetStringAsync("/v1/stats")).RootElement;
            Assert.Equal(acknowledged, statistics.GetProperty("outcomes").GetInt32());
            string[] ids = new string[20];
            for (int i = 0; i < ids.Length; i++)
            {
                ids[i] = await server.DecideAsync();
            }

            Task<string>[] reports = [.. ids.Select(id => server.ReportAsync(id, durable: true))];
            await Task.Delay(round % 10 * 3);
            await server.KillAsync();
            for (int i = 0; i < ids.Length; i++)
            {
                try
                {
                    Assert.Equal("accepted", await reports[i]);
                    acknowledged++;
                }
                catch (HttpRequestException)
                {
                    unsure.Add(ids[i]);
                }
            }
        }

        Assert.True(acknowledged > 0);
    }

    [Fact]
    public async Task It_speaks_tls_with_a_certificate_of_files()
    {
        using var directory = new TemporaryDirectory();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        directory.Write("cert.pem", certificate.ExportCertificatePem());
        directory.Write("key.pem", key.ExportPkcs8PrivateKeyPem());
        var trusting = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, given, _, _) => given!.Thumbprint == certificate.Thumbprint };
        using ServedProcess server = await ServedProcess.StartAsync(
            ["--certificate", directory["cert.pem"], "--certificate-key", directory["key.pem"]], "https://127.0.0.1:0", trusting);
        Assert.StartsWith("https://", server.Url, StringComparison.Ordinal);
        _ = await server.DecideAsync();
    }

    [Fact]
    public async Task It_listens_on_a_unix_socket()
    {
        using var directory = new TemporaryDirectory();
        string path = directory["http.sock"];
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, stop) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), stop);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using HololoomProcess process = HololoomProcess.Start("serve", "--urls", $"http://unix:{path}", "--resp", "off");
        Assert.Contains("listening on", await process.Error.ReadLineAsync(), StringComparison.Ordinal);
        using var client = new HttpClient(handler) { BaseAddress = new Uri("http://localhost") };
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/readyz")).StatusCode);
    }

    [Theory]
    [InlineData("HOLOLOOM_API_KEY", "serve", "--urls", "http://0.0.0.0:0")]
    [InlineData("HOLOLOOM_API_KEY", "serve", "--resp", "0.0.0.0:0")]
    [InlineData("neither http:// nor https://", "serve", "--urls", "ftp://127.0.0.1:0")]
    [InlineData("needs a certificate", "serve", "--urls", "https://127.0.0.1:0")]
    [InlineData("cannot be used", "serve", "--urls", "https://127.0.0.1:0", "--certificate", "/nowhere/cert.pem")]
    [InlineData("/nowhere/routing.json", "serve", "--config", "/nowhere/routing.json")]
    [InlineData("MaxBatch", "serve", "--max-batch", "0")]
    public async Task What_cannot_be_served_is_told_and_ends_with_2(string expected, params string[] arguments)
    {
        Answer answer = await HololoomProcess.RunAsync(arguments);
        Assert.Equal(2, answer.ExitCode);
        Assert.Contains(expected, answer.Error, StringComparison.Ordinal);
        Assert.Single(answer.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told()
    {
        using ServedProcess server = await ServedProcess.StartAsync([]);
        Answer answer = await HololoomProcess.RunAsync("serve", "--urls", server.Url, "--resp", "off");
        Assert.Equal(2, answer.ExitCode);
        Assert.Contains("cannot listen", answer.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_full_disk_is_told_and_nothing_is_lost_by_it()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory["small"]);
        Answer mounted = await HololoomProcess.RunInShellAsync($"mount -t tmpfs -o size=256k tmpfs '{directory["small"]}'");
        Skip.If(mounted.ExitCode != 0, $"no file system of its own can be mounted here: {mounted.Error}");
        try
        {
            using ServedProcess server = await ServedProcess.StartAsync(["--state", directory["small/state"]]);
            string id = await server.DecideAsync();
            Answer filled = await HololoomProcess.RunInShellAsync($"head -c 300000 /dev/zero > '{directory["small/filler"]}'");
            Assert.NotEqual(0, filled.ExitCode);
            using var content = new StringContent(
                JsonSerializer.Serialize(new { outcomes = new[] { new { decision_id = id, relevance = 0.9, latency_ms = 12 } } }), Encoding.UTF8, "application/json");
            using HttpResponseMessage refused = await server.Client.PostAsync("/v1/outcomes?durable=true", content);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            _ = await server.DecideAsync();
            File.Delete(directory["small/filler"]);
            Assert.Equal("duplicate", await server.ReportAsync(id, durable: true));
            await server.KillAsync();
            using ServedProcess again = await ServedProcess.StartAsync(["--state", directory["small/state"]]);
            Assert.Equal("duplicate", await again.ReportAsync(id, durable: true));
        }
        finally
        {
            await HololoomProcess.RunInShellAsync($"umount -l '{directory["small"]}'");
        }
    }

    [Fact]
    public async Task Clients_that_vanish_in_the_middle_leave_nothing_behind()
    {
        using ServedProcess server = await ServedProcess.StartAsync([]);
        var url = new Uri(server.Url);
        for (int i = 0; i < 200; i++)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(url.Host, url.Port);
            await client.GetStream().WriteAsync("POST /v1/route HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"que"u8.ToArray());
            client.Client.LingerState = new LingerOption(i % 2 == 0, 0);
        }

        _ = await server.DecideAsync();
        Assert.Equal(1, JsonDocument.Parse(await server.Client.GetStringAsync("/v1/stats")).RootElement.GetProperty("decisions").GetInt32());
        Assert.Equal(0, await server.EndAsync("TERM"));
    }
}
