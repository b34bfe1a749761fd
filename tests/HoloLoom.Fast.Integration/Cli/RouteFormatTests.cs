using System.Globalization;
using System.Text.Json;

namespace HoloLoom.Fast.Integration.Cli;

public sealed class RouteFormatTests
{
    private const string Queries = "who wrote this\nfind similar papers\nmy profile\nnews of today\nnothing of the kind\n";

    [Fact]
    public async Task Rules_send_each_query_where_the_table_says()
    {
        Answer answer = (await HololoomProcess.RunWithInputAsync(Queries, "route", "--strategy", "rules", "--format", "tsv")).AssertExit(0);

        string[][] rows = [.. answer.Lines.Select(line => line.Split('\t'))];
        Assert.Equal(
            [
                ["relationship", "neo4j", "0.8", "who wrote this"],
                ["similarity", "qdrant", "0.8", "find similar papers"],
                ["personal", "mem0", "0.8", "my profile"],
                ["temporal", "inmemory", "0.8", "news of today"],
                ["unknown", "qdrant", "0.5", "nothing of the kind"],
            ],
            rows.Select(row => (string[])[row[0], row[1], row[2], row[4]]));
        Assert.All(rows, row => Assert.Matches("^[0-9a-f]{32}$", row[3]));
        Assert.Equal(5, rows.Select(row => row[3]).Distinct().Count());
    }

    [Fact]
    public async Task A_json_line_holds_the_decision()
    {
        Answer answer = (await HololoomProcess.RunWithInputAsync(Queries, "route", "--strategy", "rules")).AssertExit(0);

        Assert.Equal(5, answer.Lines.Length);
        using var line = JsonDocument.Parse(answer.Lines[0]);
        JsonElement decision = line.RootElement;
        Assert.Equal(
            ["query", "query_type", "backend", "confidence", "decision_id", "strategy", "alternatives"],
            decision.EnumerateObject().Select(property => property.Name));
        Assert.Equal("who wrote this", decision.GetProperty("query").GetString());
        Assert.Equal("relationship", decision.GetProperty("query_type").GetString());
        Assert.Equal("neo4j", decision.GetProperty("backend").GetString());
        Assert.Equal(0.8, decision.GetProperty("confidence").GetDouble(), 6);
        Assert.Matches("^[0-9a-f]{32}$", decision.GetProperty("decision_id").GetString());
        Assert.Equal("rules", decision.GetProperty("strategy").GetString());
        Assert.Equal(["qdrant", "mem0", "inmemory", "hybrid"], decision.GetProperty("alternatives").EnumerateArray().Select(name => name.GetString()));
    }

    [Fact]
    public async Task Both_formats_tell_the_same_decisions()
    {
        Answer tsv = await HololoomProcess.RunWithInputAsync(Queries, "route", "--seed", "11", "--format", "tsv");
        Answer json = await HololoomProcess.RunWithInputAsync(Queries, "route", "--seed", "11", "--format", "jsonl");

        for (int i = 0; i < 5; i++)
        {
            string[] row = tsv.Lines[i].Split('\t');
            using var line = JsonDocument.Parse(json.Lines[i]);
            Assert.Equal(row[0], line.RootElement.GetProperty("query_type").GetString());
            Assert.Equal(row[1], line.RootElement.GetProperty("backend").GetString());
            Assert.Equal(double.Parse(row[2], CultureInfo.InvariantCulture), line.RootElement.GetProperty("confidence").GetDouble(), 0.0006);
            Assert.Equal(row[3], line.RootElement.GetProperty("decision_id").GetString());
            Assert.Equal(row[4], line.RootElement.GetProperty("query").GetString());
        }
    }

    [Fact]
    public async Task Explain_tells_patterns_scores_and_what_was_masked()
    {
        Answer answer = (await HololoomProcess.RunWithInputAsync(
            "who is my friend\n", "route", "--explain", "--strategy", "thompson", "--available", "qdrant,mem0")).AssertExit(0);

        using var line = JsonDocument.Parse(answer.Lines[0]);
        JsonElement explanation = line.RootElement.GetProperty("explanation");
        Assert.Equal("relationship", explanation.GetProperty("query_type").GetString());
        Assert.Equal(line.RootElement.GetProperty("backend").GetString(), explanation.GetProperty("backend").GetString());
        Assert.Equal("thompson", explanation.GetProperty("strategy").GetString());
        Assert.NotEmpty(explanation.GetProperty("reason").GetString()!);
        Assert.Equal(["relationship", "personal"], explanation.GetProperty("matches").EnumerateArray().Select(match => match.GetProperty("query_type").GetString()));
        Assert.Equal(1, explanation.GetProperty("scores").GetProperty("relationship").GetInt32());
        Assert.Equal(0, explanation.GetProperty("scores").GetProperty("temporal").GetInt32());
        JsonElement[] backends = [.. explanation.GetProperty("backends").EnumerateArray()];
        Assert.Equal(5, backends.Length);
        Assert.All(backends, backend =>
        {
            bool available = backend.GetProperty("name").GetString() is "qdrant" or "mem0";
            Assert.Equal(available, backend.GetProperty("available").GetBoolean());
            Assert.Equal(!available, backend.TryGetProperty("masked_reason", out _));
            Assert.Equal(available, backend.TryGetProperty("sample", out _));
            Assert.Equal(0.5, backend.GetProperty("mean").GetDouble());
            Assert.Equal(1, backend.GetProperty("alpha").GetDouble());
        });
    }

    [Fact]
    public async Task Only_available_backends_are_chosen_or_named_as_alternatives()
    {
        string queries = string.Concat(Enumerable.Repeat(Queries, 20));
        Answer answer = (await HololoomProcess.RunWithInputAsync(queries, "route", "--available", " mem0, hybrid ")).AssertExit(0);

        Assert.Equal(100, answer.Lines.Length);
        foreach (string text in answer.Lines)
        {
            using var line = JsonDocument.Parse(text);
            string?[] named = [line.RootElement.GetProperty("backend").GetString(), .. line.RootElement.GetProperty("alternatives").EnumerateArray().Select(name => name.GetString())];
            Assert.Equal(["hybrid", "mem0"], named.Order());
        }
    }

    [Fact]
    public async Task A_seed_reproduces_every_byte_and_another_seed_does_not()
    {
        Answer first = (await HololoomProcess.RunWithInputAsync(Queries, "route", "--seed", "42")).AssertExit(0);
        Answer second = await HololoomProcess.RunWithInputAsync(Queries, "route", "--seed", "42");
        Answer other = await HololoomProcess.RunWithInputAsync(Queries, "route", "--seed", "43");

        Assert.Equal(first.Output, second.Output);
        Assert.NotEqual(first.Output, other.Output);
    }

    [Fact]
    public async Task A_summary_on_standard_error_counts_the_decisions()
    {
        Answer answer = await HololoomProcess.RunWithInputAsync(Queries, "route", "--strategy", "rules");

        Assert.Contains("5 decisions in ", answer.Error, StringComparison.Ordinal);
        Assert.Matches(@"similarity +qdrant 1\n", answer.Error);
    }

    [Fact]
    public async Task Names_from_the_configuration_appear_in_both_formats()
    {
        using var directory = new TemporaryDirectory();
        string config = directory.Write(
            "router.json",
            """{"backends": ["größe", "b\"\\"], "queryTypes": [{"name": "α", "backend": "größe", "patterns": ["zeta"]}, {"name": "rest", "backend": "b\"\\", "patterns": []}], "strategy": "rules"}""");

        Answer tsv = (await HololoomProcess.RunWithInputAsync("zeta\nx\n", "route", "--config", config, "--format", "tsv")).AssertExit(0);
        Answer json = (await HololoomProcess.RunWithInputAsync("zeta\nx\n", "route", "--config", config)).AssertExit(0);

        Assert.StartsWith("α\tgröße\t0.8\t", tsv.Lines[0], StringComparison.Ordinal);
        Assert.StartsWith("rest\tb\"\\\\\t0.5\t", tsv.Lines[1], StringComparison.Ordinal);
        using var second = JsonDocument.Parse(json.Lines[1]);
        Assert.Equal("b\"\\", second.RootElement.GetProperty("backend").GetString());
        Assert.Equal("größe", second.RootElement.GetProperty("alternatives")[0].GetString());
    }
}
