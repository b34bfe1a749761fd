using System.Text.Json;

namespace HoloLoom.Fast.Integration.Cli;

public sealed class StatsTests
{
    [Fact]
    public async Task Json_holds_every_cell_and_the_totals()
    {
        using var directory = new TemporaryDirectory();
        await LearnAsync(directory);

        Answer answer = (await HololoomProcess.RunAsync("stats", "--state", directory["state"], "--json")).AssertExit(0);

        using var document = JsonDocument.Parse(answer.Output);
        JsonElement stats = document.RootElement;
        Assert.Equal("thompson", stats.GetProperty("strategy").GetString());
        Assert.Equal(30, stats.GetProperty("decisions").GetInt64());
        Assert.Equal(30, stats.GetProperty("outcomes").GetInt64());
        Assert.Equal(30, stats.GetProperty("decisions_by_strategy").GetProperty("thompson").GetInt64());
        Assert.Equal(["accepted", "duplicate", "expired", "unknown"], stats.GetProperty("outcomes_by_result").EnumerateObject().Select(result => result.Name));
        Assert.Equal(30, stats.GetProperty("outcomes_by_result").GetProperty("accepted").GetInt64());
        JsonElement types = stats.GetProperty("query_types");
        Assert.Equal(["relationship", "similarity", "personal", "temporal", "unknown"], types.EnumerateObject().Select(type => type.Name));
        JsonElement relationship = types.GetProperty("relationship");
        Assert.Equal(30, relationship.GetProperty("decisions").GetInt64());
        JsonElement[] cells = [.. relationship.GetProperty("backends").EnumerateObject().Select(cell => cell.Value)];
        Assert.Equal(5, cells.Length);
        Assert.Equal(30, cells.Sum(cell => cell.GetProperty("outcomes").GetInt64()));
        Assert.Equal(30, cells.Sum(cell => cell.GetProperty("alpha").GetDouble() - 1));
        Assert.All(cells, cell =>
        {
            double mean = cell.GetProperty("mean").GetDouble();
            Assert.Equal(cell.GetProperty("alpha").GetDouble() / (cell.GetProperty("alpha").GetDouble() + cell.GetProperty("beta").GetDouble()), mean, 12);
            Assert.InRange(mean, cell.GetProperty("interval")[0].GetDouble(), cell.GetProperty("interval")[1].GetDouble());
            bool used = cell.GetProperty("outcomes").GetInt64() > 0;
            Assert.Equal(used ? 12.5 : 0, cell.GetProperty("mean_latency_ms").GetDouble());
            Assert.Equal(used ? 12.5 : 0, cell.GetProperty("max_latency_ms").GetDouble());
            Assert.Equal(used ? 1 : 0, cell.GetProperty("mean_reward").GetDouble());
        });
    }

    [Fact]
    public async Task A_piped_table_has_a_plain_line_per_cell()
    {
        using var directory = new TemporaryDirectory();
        await LearnAsync(directory);

        Answer answer = (await HololoomProcess.RunAsync("stats", "--state", directory["state"])).AssertExit(0);

        Assert.DoesNotContain('\u001b', answer.Output);
        Assert.Equal(25, answer.Lines.Count(line => line.Contains('–', StringComparison.Ordinal)));
        Assert.Contains("30 decisions, 30 outcomes", answer.Lines[0], StringComparison.Ordinal);
        Assert.Matches(@"(?m)^total +30 +30 *$", answer.Output);
    }

    [Fact]
    public async Task Statistics_can_be_read_while_the_state_is_in_use()
    {
        using var directory = new TemporaryDirectory();
        await LearnAsync(directory);
        using var owner = new Router(new RouterOptions { StateDirectory = directory["state"] });

        (await HololoomProcess.RunAsync("stats", "--state", directory["state"])).AssertExit(0);
    }

    [Fact]
    public async Task A_state_that_is_not_there_is_an_error()
    {
        using var directory = new TemporaryDirectory();

        (await HololoomProcess.RunAsync("stats", "--state", directory["none"])).AssertFailure(directory["none"], "does not exist");
        (await HololoomProcess.RunAsync("stats", "--state", directory.Path)).AssertFailure(directory.Path);
        (await HololoomProcess.RunAsync("stats", "--state", directory.Write("file", "x"))).AssertFailure("is not a directory");
    }

    private static async Task LearnAsync(TemporaryDirectory directory)
    {
        string outcomes = await LearnTests.RouteAndJudgeAsync(directory, string.Concat(Enumerable.Repeat("who\n", 30)), _ => 1);
        (await HololoomProcess.RunAsync("learn", outcomes, "--state", directory["state"])).AssertExit(0);
    }
}
