using System.Text.Json;
using System.Text.RegularExpressions;

namespace HoloLoom.Fast.Integration.Cli;

public sealed partial class ExperimentTests
{
    private const string Configuration = """
        {
          "experiment": {
            "name": "rules-or-random",
            "variants": [{ "name": "rules", "strategy": "rules" }, { "name": "random", "strategy": "uniform" }],
            "promotedShare": 0.9
          }
        }
        """;

    [Fact]
    public async Task From_a_configuration_to_a_winner_and_its_promotion()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory["config.json"], Configuration);
        string queries = string.Concat(Enumerable.Repeat("who wrote this\n", 1000));
        string[] route = ["route", "-", "--config", directory["config.json"], "--state", directory["state"], "--seed", "1"];

        Answer routed = (await HololoomProcess.RunWithInputAsync(queries, route)).AssertExit(0);
        Assert.Equal(1000, VariantField().Count(routed.Output));
        string outcomes = VariantField().Replace(routed.Output, static match =>
            $"{match.Value},\"relevance\":{(match.Groups[1].Value == "rules" ? "0.9" : "0.1")},\"latency_ms\":12");
        (await HololoomProcess.RunWithInputAsync(outcomes, "learn", "-", "--config", directory["config.json"], "--state", directory["state"])).AssertExit(0);

        Answer json = (await HololoomProcess.RunAsync("experiment", "report", "--state", directory["state"], "--format", "json")).AssertExit(0);
        using var document = JsonDocument.Parse(json.Output);
        JsonElement report = document.RootElement;
        Assert.Equal("rules", report.GetProperty("winner").GetString());
        Assert.Equal("promote", report.GetProperty("steps")[0].GetProperty("kind").GetString());
        Assert.Equal(1000, report.GetProperty("variants").EnumerateArray().Sum(static row => row.GetProperty("outcomes").GetInt64()));

        Answer text = (await HololoomProcess.RunAsync("experiment", "report", "--state", directory["state"])).AssertExit(0);
        Assert.StartsWith("experiment rules-or-random: winner rules\n", text.Output);
        Answer markdown = (await HololoomProcess.RunAsync("experiment", "report", "--state", directory["state"], "--format", "markdown")).AssertExit(0);
        Assert.Contains("**Winner: rules.**", markdown.Output);

        Answer again = (await HololoomProcess.RunWithInputAsync(queries, route)).AssertExit(0);
        Assert.InRange(VariantField().Matches(again.Output).Count(static match => match.Groups[1].Value == "rules"), 850, 950);
    }

    [Fact]
    public async Task Units_are_read_from_json_lines_and_keep_their_variant()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory["config.json"], Configuration);
        string[] route = ["route", "-", "--input", "jsonl", "--config", directory["config.json"]];
        string queries = string.Concat(Enumerable.Range(0, 100).Select(static i =>
            $"{{\"unit\": \"user {i}\", \"query\": \"say \\\"{i}\\\"\", \"other\": [1]}}\n"));
        string[] first = VariantsOf((await HololoomProcess.RunWithInputAsync(queries, route)).AssertExit(0));
        Assert.Equal(100, first.Length);
        Assert.Equal(["random", "rules"], first.Distinct().Order());
        Assert.Equal(first, VariantsOf((await HololoomProcess.RunWithInputAsync(queries, route)).AssertExit(0)));

        static string[] VariantsOf(Answer answer)
        {
            Assert.Contains("{\"query\":\"say \\\"7\\\"\",", answer.Output);
            return [.. VariantField().Matches(answer.Output).Select(static match => match.Groups[1].Value)];
        }
    }

    [Fact]
    public async Task A_line_that_is_no_query_is_told_and_passed_over()
    {
        string[] bad =
        [
            "who", "[]", "{}", "{\"query\": 7}", "{\"query\": \"x\", \"unit\": 7}", "{\"query\": \"x\"", "{\"query\": \"x\"} y",
            "{\"query\": \"\\ud800\"}", "null",
        ];
        string input = $"\n{{\"query\": \"who\", \"unit\": null}}\n{string.Join('\n', bad)}\n{{\"query\": \"\"}}\n";
        Answer answer = (await HololoomProcess.RunWithInputAsync(input, "route", "-", "--input", "jsonl", "--seed", "1")).AssertExit(1);
        Assert.Equal(2, answer.Lines.Length);
        for (int i = 0; i < bad.Length; i++)
        {
            Assert.Contains($":{i + 3}: invalid: ", answer.Error);
        }

        Assert.Equal(bad.Length, Regex.Count(answer.Error, ": invalid: "));
        Assert.Contains("--explain does not read --input jsonl", (await HololoomProcess.RunAsync("route", "--explain", "--input", "jsonl")).AssertExit(2).Error);
    }

    [Fact]
    public async Task Without_the_configuration_the_experiment_is_set_aside_with_a_warning()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory["config.json"], Configuration);
        (await HololoomProcess.RunWithInputAsync("who\n", "route", "-", "--config", directory["config.json"], "--state", directory["state"])).AssertExit(0);
        Answer learned = (await HololoomProcess.RunWithInputAsync("", "learn", "-", "--state", directory["state"])).AssertExit(0);
        Assert.Contains("'rules-or-random' is not in the configuration", learned.Error);
    }

    [Theory]
    [InlineData("0.5")]
    [InlineData("0.5,1.5")]
    [InlineData("0.5,x")]
    [InlineData("1,1,1,1,1,1,1,1")]
    public async Task Rates_that_are_none_are_refused(string rates) =>
        Assert.Contains("2 to 7 numbers from 0 to 1", (await HololoomProcess.RunAsync("simulate", "--experiment", rates)).AssertExit(2).Error);

    [Fact]
    public async Task Simulations_name_the_truth()
    {
        Answer one = (await HololoomProcess.RunAsync("simulate", "--experiment", "0.5,0.6", "--seed", "1")).AssertExit(0);
        Assert.StartsWith("experiment simulated: winner B\n", one.Output);
        Answer many = (await HololoomProcess.RunAsync("simulate", "--experiment", "0.5,0.5", "--outcomes", "500", "--repeat", "40")).AssertExit(0);
        Match none = Regex.Match(many.Output, @"winner none: (\d+) of 40");
        Assert.InRange(int.Parse(none.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), 36, 40);
    }

    [Fact]
    public async Task A_state_without_an_experiment_says_what_to_do()
    {
        using var directory = new TemporaryDirectory();
        (await HololoomProcess.RunWithInputAsync("who\n", "route", "-", "--state", directory["state"])).AssertExit(0);
        Answer answer = (await HololoomProcess.RunAsync("experiment", "report", "--state", directory["state"])).AssertExit(2);
        Assert.Contains("Route with a configuration that has an 'experiment'", answer.Error);
    }

    [GeneratedRegex("\"variant\":\"(rules|random)\"")]
    private static partial Regex VariantField();
}
