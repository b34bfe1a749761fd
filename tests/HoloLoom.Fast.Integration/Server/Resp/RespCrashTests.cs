using System.Globalization;
using System.Text;

namespace HoloLoom.Fast.Integration.Server.Resp;

/// <summary>A server that is killed while durable outcomes come in. HOLOLOOM_KILLS sets how often.</summary>
public sealed class RespCrashTests
{
    private const int Outcomes = 200;

    [Fact]
    public async Task What_was_acknowledged_is_neither_lost_nor_counted_twice()
    {
        int kills = int.Parse(Environment.GetEnvironmentVariable("HOLOLOOM_KILLS") ?? "4", CultureInfo.InvariantCulture);
        using var state = new TemporaryDirectory();
        var random = new Random(11);
        var learned = new HashSet<string>();
        List<string> ids = [];
        List<string> acknowledged = [];
        for (int kill = 0; kill <= kills; kill++)
        {
            using RespServerProcess server = await RespServerProcess.StartAsync("--state", state["s"]);
            using (var client = new LineClient(await server.ConnectAsync()))
            {
                // All that the last server was told: what it acknowledged is known, and what it did not is learned now, if it was not.
                string[] again = await client.ReportAsync(ids, Timeout.Infinite);
                for (int i = 0; i < ids.Count; i++)
                {
                    Assert.True(again[i] == "+DUPLICATE" || (again[i] == "+ACCEPTED" && !acknowledged.Contains(ids[i])), $"{ids[i]}: {again[i]}, kill {kill}");
                    Assert.True(learned.Add(ids[i]));
                }

                Assert.Equal(learned.Count, await client.OutcomesAsync());
                ids = await client.RouteAsync(Outcomes);
            }

            // Some of these are answered before the server dies, others never.
            using var dying = new LineClient(await server.ConnectAsync());
            Task<string[]> reporting = dying.ReportAsync(ids, random.Next(4));
            await Task.Delay(random.Next(60));
            server.Kill();
            string[] answers = await reporting;
            Assert.All(answers, static answer => Assert.Equal("+ACCEPTED", answer));
            acknowledged = ids[..answers.Length];
        }
    }

    /// <summary>Speaks line by line, which is all that these replies need.</summary>
    private sealed class LineClient(System.Net.Sockets.Socket socket) : IDisposable
    {
        private readonly StreamReader _replies = new(new System.Net.Sockets.NetworkStream(socket, ownsSocket: true), Encoding.ASCII);

        public async Task<List<string>> RouteAsync(int count)
        {
            await SendAsync(string.Concat(Enumerable.Repeat("ROUTE \"who wrote this\"\r\n", count)));
            var ids = new List<string>();
            for (int i = 0; i < count; i++)
            {
                string[] lines = new string[9];
                for (int line = 0; line < lines.Length; line++)
                {
                    lines[line] = (await _replies.ReadLineAsync())!;
                }

                ids.Add(lines[2]);
            }

            return ids;
        }

        /// <summary>Reports outcomes in groups, and returns the answers that came.</summary>
        public async Task<string[]> ReportAsync(IReadOnlyList<string> ids, int pause)
        {
            var answers = new List<string>();
            try
            {
                foreach (string[] group in ids.Chunk(10))
                {
                    await SendAsync(string.Concat(group.Select(static id => $"OUTCOME {id} 0.9 12 DURABLE\r\n")));
                    for (int i = 0; i < group.Length; i++)
                    {
                        if (await _replies.ReadLineAsync() is not string answer)
                        {
                            return [.. answers];
                        }

                        answers.Add(answer);
                    }

                    await Task.Delay(Math.Max(0, pause));
                }
            }
            catch (IOException)
            {
                // The server is dead.
            }
            catch (System.Net.Sockets.SocketException)
            {
                // Likewise.
            }

            return [.. answers];
        }

        public async Task<long> OutcomesAsync()
        {
            await SendAsync("STATS\r\n");
            int length = int.Parse((await _replies.ReadLineAsync())![1..], CultureInfo.InvariantCulture);
            char[] json = new char[length + 2];
            Assert.Equal(json.Length, await _replies.ReadBlockAsync(json));
            return System.Text.Json.JsonDocument.Parse(json.AsMemory(0, length)).RootElement.GetProperty("outcomes").GetInt64();
        }

        public void Dispose() => _replies.Dispose();

        private async Task SendAsync(string text) => await socket.SendAsync(Encoding.ASCII.GetBytes(text));
    }
}
