using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HoloLoom.Fast.Integration.Cli;

public sealed class LearnTests
{
    private const string UnknownId = "00112233445566778899aabbccddeeff";

    [Fact]
    public async Task A_line_of_route_with_two_fields_added_is_an_outcome()
    {
        using var directory = new TemporaryDirectory();
        string outcomes = await RouteAndJudgeAsync(directory, "who\nwhat\nfind it\n", _ => 0.9);

        Answer first = (await HololoomProcess.RunAsync("learn", outcomes, "--state", directory["state"])).AssertExit(0);
        Answer again = (await HololoomProcess.RunAsync("learn", outcomes, "--state", directory["state"])).AssertExit(1);

        Assert.Equal("accepted 3, duplicate 0, expired 0, unknown 0, invalid 0\n", first.Output);
        Assert.Contains("flushed 3 outcomes", first.Error, StringComparison.Ordinal);
        Assert.Equal("accepted 0, duplicate 3, expired 0, unknown 0, invalid 0\n", again.Output);
        Assert.Contains($"{outcomes}:2: duplicate: ", again.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"decision_id": "ID", "relevance": 1.5, "latency_ms": 1}""", "invalid", "relevance is 1.5")]
    [InlineData("""{"decision_id": "ID", "relevance": -0.1, "latency_ms": 1}""", "invalid", "relevance is -0.1")]
    [InlineData("""{"decision_id": "ID", "relevance": NaN, "latency_ms": 1}""", "invalid", "JSON")]
    [InlineData("""{"decision_id": "ID", "relevance": "NaN", "latency_ms": 1}""", "invalid", "relevance is a string")]
    [InlineData("""{"decision_id": "ID", "relevance": null, "latency_ms": 1}""", "invalid", "relevance is null")]
    [InlineData("""{"decision_id": "ID", "relevance": 1, "latency_ms": -1}""", "invalid", "latency_ms is -1")]
    [InlineData("""{"decision_id": "ID", "relevance": 1, "latency_ms": 1e999}""", "invalid", "latency_ms")]
    [InlineData("""{"decision_id": "ID", "relevance": 1, "latency_ms": 1, "feedback": 2}""", "invalid", "feedback is 2")]
    [InlineData("""{"decision_id": "ID", "relevance": 1, "latency_ms": 1, "cost": -2}""", "invalid", "cost is -2")]
    [InlineData("""{"decision_id": "ID", "relevance": 1}""", "invalid", "latency_ms is missing")]
    [InlineData("""{"relevance": 1, "latency_ms": 1}""", "invalid", "decision_id is missing")]
    [InlineData("""{"decision_id": 7, "relevance": 1, "latency_ms": 1}""", "invalid", "decision_id is a number")]
    [InlineData("""{"decision_id": "xyz", "relevance": 1, "latency_ms": 1}""", "invalid", "32 hexadecimal digits")]
    [InlineData("""{"decision_id": "ID", "relevance": 1, "latency_ms": 1} {}""", "invalid", "JSON")]
    [InlineData("""{"decision_id": "ID", "relevance": 1, "latency_ms": 1""", "invalid", "JSON")]
    [InlineData("""[1]""", "invalid", "an array")]
    [InlineData("""{"decision_id": "00112233445566778899aabbccddeeff", "relevance": 1, "latency_ms": 1}""", "unknown", UnknownId)]
    public async Task A_bad_line_is_rejected_with_its_number_and_the_good_ones_are_learned(string line, string kind, string problem)
    {
        using var directory = new TemporaryDirectory();
        string good = (await File.ReadAllLinesAsync(await RouteAndJudgeAsync(directory, "one\ntwo\n", _ => 1)))[0];
        string id = Id(good);
        string file = directory.Write("mixed.jsonl", $"\n{line.Replace("\"ID\"", $"\"{id}\"", StringComparison.Ordinal)}\n{good}\n");

        Answer answer = (await HololoomProcess.RunAsync("learn", file, "--state", directory["state"])).AssertExit(1);

        string rejection = Assert.Single(answer.Error.Split('\n'), text => text.StartsWith(file, StringComparison.Ordinal));
        Assert.StartsWith($"{file}:2: {kind}: ", rejection, StringComparison.Ordinal);
        Assert.Contains(problem, rejection, StringComparison.Ordinal);
        Assert.Contains("accepted 1, duplicate 0", answer.Output, StringComparison.Ordinal);
        Assert.Contains($"{kind} 1", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_fields_blank_lines_and_escapes_are_no_obstacle()
    {
        using var directory = new TemporaryDirectory();
        string[] ids = [.. (await File.ReadAllLinesAsync(await RouteAndJudgeAsync(directory, "one\ntwo\nthree\n", _ => 1))).Select(Id)];
        string file = directory.Write(
            "outcomes.jsonl",
            "\uFEFF" + $$"""{"latency_ms": 5, "extra": {"deep": [1, {"relevance": 9}]}, "relevance": 0.2, "decision_id": "{{ids[0]}}", "cost": null, "feedback": 1}""" + "\r\n"
            + " \t\r\n\r\n"
            + $$"""  {"decision\u005fid": "{{ids[1].ToUpperInvariant()}}", "relevance": 8e-1, "latency_ms": 0}  """ + "\n"
            + $$"""{"decision_id": "\u00{{(int)ids[2][0]:x}}{{ids[2][1..]}}", "relevance": 1, "latency_ms": 0}""");

        Answer answer = (await HololoomProcess.RunAsync("learn", file, "--state", directory["state"])).AssertExit(0);

        Assert.StartsWith("accepted 3, ", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outcomes_come_from_standard_input_as_well()
    {
        using var directory = new TemporaryDirectory();
        string outcomes = await File.ReadAllTextAsync(await RouteAndJudgeAsync(directory, "one\n", _ => 1));

        Answer answer = (await HololoomProcess.RunWithInputAsync(outcomes + "oops\n", "learn", "-", "--state", directory["state"])).AssertExit(1);

        Assert.Contains("stdin:2: invalid: ", answer.Error, StringComparison.Ordinal);
        Assert.StartsWith("accepted 1, ", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_learned_changes_the_decisions()
    {
        using var directory = new TemporaryDirectory();
        string queries = string.Concat(Enumerable.Repeat("who wrote this\n", 400));
        string outcomes = await RouteAndJudgeAsync(directory, queries, backend => backend == "hybrid" ? 1 : 0);

        (await HololoomProcess.RunAsync("learn", outcomes, "--state", directory["state"])).AssertExit(0);
        Answer greedy = (await HololoomProcess.RunWithInputAsync(queries, "route", "--state", directory["state"], "--strategy", "greedy", "--format", "tsv")).AssertExit(0);
        Answer thompson = (await HololoomProcess.RunWithInputAsync(queries, "route", "--state", directory["state"], "--format", "tsv")).AssertExit(0);

        Assert.All(greedy.Lines, line => Assert.StartsWith("relationship\thybrid\t", line, StringComparison.Ordinal));
        int hybrid = thompson.Lines.Count(line => line.StartsWith("relationship\thybrid\t", StringComparison.Ordinal));
        Assert.True(hybrid > 350, $"{hybrid} of 400 went to the one backend that was any good");
    }

    [Fact]
    public async Task Flushes_are_told_as_they_happen()
    {
        using var directory = new TemporaryDirectory();
        string outcomes = await RouteAndJudgeAsync(directory, string.Concat(Enumerable.Repeat("x\n", 25)), _ => 1);

        Answer answer = (await HololoomProcess.RunAsync("learn", outcomes, "--state", directory["state"], "--flush-every", "10")).AssertExit(0);

        Assert.Equal(
            ["flushed 10 outcomes", "flushed 20 outcomes", "flushed 25 outcomes"],
            answer.Error.Split('\n').Where(line => line.StartsWith("flushed", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_state_directory_that_is_not_there_is_an_error()
    {
        using var directory = new TemporaryDirectory();
        string file = directory.Write("outcomes.jsonl", "");

        (await HololoomProcess.RunAsync("learn", file, "--state", directory["none"])).AssertFailure(directory["none"], "does not exist");

        Assert.False(Directory.Exists(directory["none"]));
    }

    /// <summary>Routes the queries on a new state and writes an outcome per decision.</summary>
    internal static async Task<string> RouteAndJudgeAsync(TemporaryDirectory directory, string queries, Func<string, double> relevance)
    {
        Answer routed = (await HololoomProcess.RunWithInputAsync(queries, "route", "--state", directory["state"], "--seed", "1")).AssertExit(0);
        var outcomes = new StringBuilder();
        foreach (string line in routed.Lines)
        {
            JsonObject decision = JsonNode.Parse(line)!.AsObject();
            decision["relevance"] = relevance((string)decision["backend"]!);
            decision["latency_ms"] = 12.5;
            outcomes.Append(decision.ToJsonString()).Append('\n');
        }

        return directory.Write("outcomes.jsonl", outcomes.ToString());
    }

    private static string Id(string line)
    {
        using var document = JsonDocument.Parse(line);
        return document.RootElement.GetProperty("decision_id").GetString()!;
    }
}
