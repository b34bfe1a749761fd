using System.Globalization;
using System.Text.Json;
using HoloLoom.Fast.Integration.Native;
using HoloLoom.Fast.Integration.Server.Http;

namespace HoloLoom.Fast.Integration.Server;

/// <summary>A real server whose clock on the wall is set while it works, by libfaketime; what goes by evenly is left alone.</summary>
public sealed class ClockTests
{
    private const string Configuration = """{"strategy":"thompson","seed":5,"halfLife":"10m"}""";

    [SkippableFact]
    public async Task Jumps_lose_nothing_count_nothing_twice_and_revive_nothing()
    {
        string library = Library();
        using var directory = new TemporaryDirectory();
        string clock = directory.Write("clock", "+0");
        string configuration = directory.Write("config.json", Configuration);
        var environment = new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = library,
            ["FAKETIME_TIMESTAMP_FILE"] = clock,
            ["FAKETIME_NO_CACHE"] = "1",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            ["DONT_FAKE_MONOTONIC"] = "1",
        };
        string[] arguments = ["--config", configuration, "--state", directory["state"]];
        var ids = new List<string>();
        int outcomes = 0;
        double evidence;
        using (ServedProcess server = await ServedProcess.StartAsync(arguments, environment: environment))
        {
            foreach (string offset in (string[])["+0", "+1d", "-2d", "+3650d", "-7300d", "+0"])
            {
                directory.Write("clock", offset);
                await SeesAsync(server, TimeSpan.FromDays(double.Parse(offset.TrimEnd('d'), CultureInfo.InvariantCulture)));
                for (int i = 0; i < 5; i++)
                {
                    string id = await server.DecideAsync();
                    ids.Add(id);
                    Assert.Equal("accepted", await server.ReportAsync(id, durable: i == 0));
                    outcomes++;
                }

                Assert.Equal("duplicate", await server.ReportAsync(ids[0], durable: false));
                Assert.Equal("duplicate", await server.ReportAsync(ids[^1], durable: false));
                await CheckAsync(server, outcomes);
            }

            evidence = await EvidenceAsync(server);
            Assert.InRange(evidence, outcomes * 0.9, outcomes + 0.01);
            Assert.Equal(0, await server.EndAsync("TERM"));
        }

        // Started under clocks that are behind.
        foreach (string offset in (string[])["-1d", "-3650d"])
        {
            directory.Write("clock", offset);
            using ServedProcess server = await ServedProcess.StartAsync(arguments, environment: environment);
            Assert.InRange(await EvidenceAsync(server), outcomes * 0.8, evidence + 0.01);
            Assert.Equal("duplicate", await server.ReportAsync(ids[3], durable: true));
            await CheckAsync(server, outcomes);
            await server.KillAsync();
        }

        // A day later a tenth of a millionth of it is left, and the totals are what they were.
        directory.Write("clock", "+1d");
        using ServedProcess last = await ServedProcess.StartAsync(arguments, environment: environment);
        Assert.InRange(await EvidenceAsync(last), 0, 1e-6);
        await CheckAsync(last, outcomes);
    }

    private static string Library()
    {
        string? found = Directory.Exists("/usr/lib")
            ? Directory.EnumerateDirectories("/usr/lib").Append("/usr/lib").Select(static folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1")).FirstOrDefault(File.Exists)
            : null;
        Toolchain.Require(found is not null, "libfaketime is missing: apt-get install faketime");
        return found;
    }

    // How far its clock is set, by the header of an answer, which the server writes anew once a second.
    private static async Task SeesAsync(ServedProcess server, TimeSpan offset)
    {
        for (int i = 0; ; i++)
        {
            using HttpResponseMessage answer = await server.Client.GetAsync("/healthz");
            TimeSpan seen = answer.Headers.Date!.Value - DateTimeOffset.UtcNow;
            if ((seen - offset).Duration() < TimeSpan.FromMinutes(10))
            {
                return;
            }

            Assert.True(i < 600, $"the clock is set by {offset}, the server sees {seen}");
            await Task.Delay(100);
        }
    }

    // Pseudo-counts beyond the priors, of all cells.
    private static async Task<double> EvidenceAsync(ServedProcess server) =>
        JsonDocument.Parse(await server.Client.GetStringAsync("/v1/stats")).RootElement.GetProperty("query_types").EnumerateObject()
            .SelectMany(static type => type.Value.GetProperty("backends").EnumerateObject())
            .Sum(static cell => cell.Value.GetProperty("alpha").GetDouble() + cell.Value.GetProperty("beta").GetDouble() - 2);

    // The totals, and no figure below zero or endless anywhere.
    private static async Task CheckAsync(ServedProcess server, int outcomes)
    {
        JsonElement statistics = JsonDocument.Parse(await server.Client.GetStringAsync("/v1/stats")).RootElement;
        Assert.Equal(outcomes, statistics.GetProperty("decisions").GetInt32());
        Assert.Equal(outcomes, statistics.GetProperty("outcomes").GetInt32());
        string metrics = await server.Client.GetStringAsync("/metrics");
        foreach (string line in metrics.Split('\n').Where(static line => line.StartsWith("hololoom_", StringComparison.Ordinal)))
        {
            double value = double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
            Assert.True(value >= 0 && double.IsFinite(value), line);
        }

        string page = await server.Client.GetStringAsync("/");
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
        Assert.DoesNotContain("∞", page, StringComparison.Ordinal);
        Assert.Matches(@"<dt>Up for</dt><dd><b>(\d+ min )?[\d.]+ s</b>", page);
    }
}
