using System.Text;
using System.Text.Json;
using HoloLoom.Fast.Hosting;
using HoloLoom.Fast.Server;
using HoloLoom.Fast.Tests.Server.Resp;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace HoloLoom.Fast.Tests.Server.Http;

/// <summary>
/// Whatever a client sends, in whatever pieces: what comes back is HTTP, an error says what is wrong, nothing is a fault of the server, and what
/// is counted is what was answered. HOLOLOOM_FUZZ_INPUTS sets how many connections are tried, HOLOLOOM_FUZZ_SEED from where they are drawn.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class HttpFuzzTests
{
    [Fact]
    public async Task Requests_that_route_and_report()
    {
        await using var server = await MemoryServer.StartAsync();
        long decisions = 0;
        long outcomes = 0;
        await FuzzAsync(server, HttpCorpus.Using, 20_000, reply =>
        {
            // Other answers tell of such fields, too: the description of the interface, for one.
            if (reply.Status == 200 && (reply.Body.AsSpan().StartsWith("{\"query\":"u8) || reply.Body.AsSpan().StartsWith("{\"decisions\":["u8)))
            {
                Interlocked.Add(ref decisions, Occurrences(reply.Body, "\"decision_id\":\""u8));
            }
            else if (reply.Status == 200 && reply.Body.AsSpan().StartsWith("{\"results\":"u8))
            {
                Interlocked.Add(ref outcomes, Occurrences(reply.Body, "\"accepted\""u8));
            }
        });
        RouterStatistics statistics = server.Routers.Default.Current.GetStatistics();
        Assert.Equal((decisions, outcomes), (statistics.Decisions, statistics.Outcomes));
        Assert.True(decisions > 1000, $"{decisions} decisions only");
    }

    [Fact]
    public async Task Requests_that_configure()
    {
        await using var server = await MemoryServer.StartAsync();
        await FuzzAsync(server, [.. HttpCorpus.Configuring, .. HttpCorpus.Using], 3_000, static _ => { });
        Assert.All(server.Routers.Routers, static router => Assert.Matches("^[A-Za-z0-9_-][A-Za-z0-9._-]*$", router.Name));
    }

    /// <summary>What fuzzing found: these were faults of the server once.</summary>
    [Theory]
    [InlineData("/v1/outcomes", "e\r\n{\"outcomes\":[]}\r\n0\r\nTrailer: \0x\r\n\r\n")]
    [InlineData("/v1/route", "10\r\n{\"query\":\"who\"}x\r\nfffffffff\r\n")]
    [InlineData("/v1/route/batch", "10\r\n{\"\\ud800\":s\":[]}\r\n0\r\n\r\n")]
    [InlineData("/v1/outcomes", "1b\r\n{\"outcomes\":[{\"\\ud800\":1}]}\r\n0\r\n\r\n")]
    public async Task Bodies_that_are_none_are_the_clients_fault(string path, string chunks)
    {
        await using var server = await MemoryServer.StartAsync();
        string request = $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}";
        HttpReply reply = HttpReply.ReadAll(await server.Transport.ExchangeAsync([Encoding.Latin1.GetBytes(request)]))[0];
        Assert.Equal(400, reply.Status);
        Check(reply);
    }

    private static async Task FuzzAsync(MemoryServer server, (string Method, string Path, string Type, string Body)[] corpus, int usually, Action<HttpReply> seen)
    {
        int inputs = Fuzzing.Inputs(usually) / Fuzzing.Shares;
        long[] memory = new long[2];
        int[] statuses = new int[600];
        await Task.WhenAll(Enumerable.Range(0, Fuzzing.Shares).Select(share => Task.Run(async () =>
        {
            var random = new Random(Fuzzing.Seed + 1000 + share);
            for (int i = 0; i < inputs; i++)
            {
                byte[] input = HttpCorpus.Draw(random, corpus);
                byte[] output = [];
                try
                {
                    output = await server.Transport.ExchangeAsync(Pieces(random, input));
                    foreach (HttpReply reply in HttpReply.ReadAll(output))
                    {
                        Check(reply);
                        seen(reply);
                        Interlocked.Increment(ref statuses[reply.Status]);
                    }
                }
                catch (Exception problem) when (problem is FormatException or JsonException or TimeoutException or Xunit.Sdk.XunitException)
                {
                    Assert.Fail($"{problem.Message}\n--- to\n{Encoding.Latin1.GetString(input)}\n--- {Convert.ToHexString(input)}\n--- came\n{Encoding.Latin1.GetString(output)}");
                }

                if (i == inputs / 4 || i == inputs - 1)
                {
                    memory[i == inputs - 1 ? 1 : 0] = GC.GetTotalMemory(forceFullCollection: true);
                }
            }
        })));
        Assert.True(memory[1] - memory[0] < 64 << 20, $"memory grew from {memory[0]:N0} to {memory[1]:N0} bytes");

        // Else nothing was tried.
        foreach (int status in (int[])[200, 400, 404, 405, 415])
        {
            Assert.True(statuses[status] > 0, $"no answer was {status}");
        }

        List<HttpReply> last = HttpReply.ReadAll(await server.Transport.ExchangeAsync([Encoding.ASCII.GetBytes("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")]));
        Assert.Equal("""{"status":"ok"}""", Assert.Single(last).Text);
    }

    private static void Check(HttpReply reply)
    {
        Assert.True(reply.Status is not 500 and < 506, $"status {reply.Status}");

        // What Kestrel itself refuses has no document: it never came to be a request.
        if (reply.Status >= 400 && (reply.Body.Length > 0 || reply.Headers.GetValueOrDefault("Connection") != "close"))
        {
            Assert.Equal("application/problem+json", reply.Headers.GetValueOrDefault("Content-Type"));
            JsonElement problem = JsonDocument.Parse(reply.Body).RootElement;
            Assert.Equal(reply.Status, problem.GetProperty("status").GetInt32());
            Assert.NotEqual("", problem.GetProperty("title").GetString());
            Assert.NotEqual("", problem.GetProperty("detail").GetString());
        }
        else if (reply.Headers.GetValueOrDefault("Content-Type") == "application/json")
        {
            using var json = JsonDocument.Parse(reply.Body);
        }
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Pieces(Random random, byte[] input)
    {
        int position = 0;
        for (int pieces = random.Next(4); pieces > 0; pieces--)
        {
            int end = random.Next(position, input.Length + 1);
            yield return input.AsMemory(position..end);
            position = end;
        }

        yield return input.AsMemory(position..);
    }

    private static int Occurrences(ReadOnlySpan<byte> text, ReadOnlySpan<byte> of)
    {
        int count = 0;
        for (int at; (at = text.IndexOf(of)) >= 0; count++)
        {
            text = text[(at + of.Length)..];
        }

        return count;
    }

    /// <summary>A server whose connections are memory.</summary>
    private sealed class MemoryServer : IAsyncDisposable
    {
        private RoutingServer _server = null!;

        public MemoryTransport Transport { get; } = new();

        public RouterRegistry Routers { get; } = new(new RouterOptions { Strategy = "rules", Seed = 1 }, new RouterRegistryOptions { MaxRouters = 4 });

        public static async Task<MemoryServer> StartAsync()
        {
            var server = new MemoryServer();
            server._server = RoutingServer.Create(
                new ServerOptions { Urls = ["http://127.0.0.1:0"], MaxBodyBytes = 4000, MaxBatch = 100 },
                server.Routers,
                services => services.AddSingleton<IConnectionListenerFactory>(server.Transport));
            await server._server.StartAsync();
            return server;
        }

        public async ValueTask DisposeAsync()
        {
            await _server.StopAsync();
            await _server.DisposeAsync();
            Routers.Dispose();
        }
    }
}
