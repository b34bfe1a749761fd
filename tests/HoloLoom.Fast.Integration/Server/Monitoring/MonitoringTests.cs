using System.Text.Json;
using System.Text.RegularExpressions;
using HoloLoom.Fast.Integration.Native;
using HoloLoom.Fast.Integration.Server.Http;

namespace HoloLoom.Fast.Integration.Server.Monitoring;

/// <summary>The dashboard, the alerts and Prometheus itself, with what a server really exposes.</summary>
public sealed partial class MonitoringTests
{
    private const string Configuration = """
        { "experiment": { "name": "trial", "variants": [{ "name": "a", "strategy": "thompson" }, { "name": "b", "strategy": "greedy" }] } }
        """;

    private static readonly string s_folder = Path.Combine(Toolchain.Repository, "src", "HoloLoom.Fast.Server", "monitoring");

    [SkippableFact]
    public async Task Prometheus_finds_nothing_to_object_to()
    {
        string promtool = Toolchain.Program("promtool");
        using var directory = new TemporaryDirectory();
        using ServedProcess server = await ServeAsync(directory);
        string scrape = directory.Write("scrape", await server.Client.GetStringAsync("/metrics"));
        Assert.Equal((0, "", ""), Check("\"$1\" check metrics < \"$2\"", scrape));

        // It does object where there is something.
        Assert.NotEqual(0, Check("\"$1\" check metrics < \"$2\"", directory.Write("bad", "# TYPE decisions counter\ndecisions 1\n")).ExitCode);

        (int ExitCode, string Output, string Error) Check(string script, string file) => Toolchain.RunToEnd("/", null, "/bin/sh", "-c", script, "sh", promtool, file);
    }

    [SkippableFact]
    public void Alerts_fire_when_they_should_and_only_then()
    {
        string promtool = Toolchain.Program("promtool");
        Toolchain.Run(s_folder, promtool, "check", "config", "prometheus.yml");
        Assert.Contains("SUCCESS", Toolchain.Run(s_folder, promtool, "check", "rules", "alerts.yml"), StringComparison.Ordinal);
        Assert.Contains("SUCCESS", Toolchain.Run(s_folder, promtool, "test", "rules", "alerts.test.yml"), StringComparison.Ordinal);

        // Each alert's tests notice when it is gone, and when it always fires.
        using var directory = new TemporaryDirectory();
        string alerts = File.ReadAllText(Path.Combine(s_folder, "alerts.yml"));
        directory.Write("alerts.test.yml", File.ReadAllText(Path.Combine(s_folder, "alerts.test.yml")));
        MatchCollection names = AlertName().Matches(alerts);
        Assert.Equal(9, names.Count);
        foreach (Match name in names)
        {
            directory.Write("alerts.yml", alerts.Replace(name.Value, name.Value + "Gone", StringComparison.Ordinal));
            Assert.NotEqual(0, Toolchain.RunToEnd(directory[""], null, promtool, "test", "rules", "alerts.test.yml").ExitCode);
            int end = name.Index + name.Length;
            int expression = alerts.IndexOf("expr:", end, StringComparison.Ordinal);
            int after = AfterExpression().Match(alerts, expression).Index;
            directory.Write("alerts.yml", string.Concat(alerts.AsSpan(0, expression), "expr: vector(1) > 0", alerts.AsSpan(after)));
            Assert.NotEqual(0, Toolchain.RunToEnd(directory[""], null, promtool, "test", "rules", "alerts.test.yml").ExitCode);
        }
    }

    [Fact]
    public async Task Every_metric_of_the_dashboard_and_the_alerts_is_exposed_and_described()
    {
        using var directory = new TemporaryDirectory();
        using ServedProcess server = await ServeAsync(directory);
        string scrape = await server.Client.GetStringAsync("/metrics");
        string[] used = [.. Expressions().Append(File.ReadAllText(Path.Combine(s_folder, "alerts.yml"))).SelectMany(
            static text => MetricName().Matches(text).Select(static match => match.Value)).Distinct()];
        Assert.True(used.Length > 10, "hardly a metric was found");
        foreach (string name in used)
        {
            Assert.Contains($"\n{name}", scrape, StringComparison.Ordinal);
        }

        string readme = File.ReadAllText(Path.Combine(s_folder, "README.md"));
        string[] exposed = [.. Family().Matches(scrape).Select(static match => match.Groups[1].Value)];
        Assert.Contains("hololoom_decision_duration_seconds", exposed);
        Assert.All(exposed, name => Assert.Contains($"| `{name}` |", readme, StringComparison.Ordinal));
        foreach (Match row in ReadmeRow().Matches(readme))
        {
            Assert.Contains(row.Groups["name"].Value, exposed);
            string line = scrape.Split('\n').First(line => line.StartsWith(row.Groups["name"].Value, StringComparison.Ordinal) && line[0] != '#');
            Assert.All(Label().Matches(row.Groups["labels"].Value), label => Assert.Contains($"{label.Groups[1].Value}=\"", line, StringComparison.Ordinal));
        }
    }

    [SkippableFact]
    public async Task Prometheus_scrapes_the_server_and_evaluates_everything_that_the_dashboard_asks()
    {
        Toolchain.Program("prometheus");
        using var directory = new TemporaryDirectory();
        using ServedProcess server = await ServeAsync(directory);
        using PrometheusServer prometheus = await PrometheusServer.StartAsync(new Uri(server.Url).Authority);
        Assert.Equal(20, await prometheus.ValueAsync("sum(hololoom_decisions_total)"));
        Assert.Equal(10, await prometheus.ValueAsync("sum(hololoom_outcomes_total{result=\"accepted\"})"));
        Assert.Equal(1, await prometheus.ValueAsync("hololoom_routers"));
        string[] expressions = [.. Expressions()];
        Assert.True(expressions.Length > 20, "hardly an expression was found");
        foreach (string expression in expressions)
        {
            string query = expression.Replace("$__rate_interval", "30s", StringComparison.Ordinal);
            query = Variable().Replace(query, ".*");
            query = query.EndsWith(" > 0", StringComparison.Ordinal) ? query[..^4] : query;
            Assert.True((await prometheus.QueryAsync(query)).Length > 0, $"nothing comes of {query}");
        }
    }

    // A server with everything to show: decisions, outcomes, an experiment, an error.
    private static async Task<ServedProcess> ServeAsync(TemporaryDirectory directory)
    {
        ServedProcess server = await ServedProcess.StartAsync(["--config", directory.Write("config.json", Configuration), "--state", directory["state"]]);
        for (int i = 0; i < 10; i++)
        {
            await server.ReportAsync(await server.DecideAsync(), durable: false);
            await server.DecideAsync();
        }

        using HttpResponseMessage nowhere = await server.Client.GetAsync("/nowhere");
        Assert.Equal(System.Net.HttpStatusCode.NotFound, nowhere.StatusCode);
        return server;
    }

    private static IEnumerable<string> Expressions()
    {
        using JsonDocument dashboard = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(s_folder, "dashboard.json")));
        foreach (JsonElement panel in dashboard.RootElement.GetProperty("panels").EnumerateArray())
        {
            if (panel.TryGetProperty("targets", out JsonElement targets))
            {
                foreach (JsonElement target in targets.EnumerateArray())
                {
                    yield return target.GetProperty("expr").GetString()!;
                }
            }
        }
    }

    [GeneratedRegex(@"\b(hololoom|process|dotnet)_\w+")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"# TYPE (hololoom_\w+) ")]
    private static partial Regex Family();

    [GeneratedRegex(@"^\| `(?<name>hololoom_\w+)` \| (?<labels>.*?) ?\|", RegexOptions.Multiline)]
    private static partial Regex ReadmeRow();

    [GeneratedRegex(@"`(\w+)`")]
    private static partial Regex Label();

    [GeneratedRegex(@"\$\w+")]
    private static partial Regex Variable();

    [GeneratedRegex(@"alert: \w+")]
    private static partial Regex AlertName();

    [GeneratedRegex(@"(?<=\n)        (for|labels):")]
    private static partial Regex AfterExpression();
}
