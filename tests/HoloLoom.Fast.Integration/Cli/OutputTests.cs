namespace HoloLoom.Fast.Integration.Cli;

public sealed class OutputTests
{
    private static readonly string Queries = string.Concat(Enumerable.Repeat("who wrote this\n", 50_000));

    [Theory]
    [InlineData("tsv")]
    [InlineData("jsonl")]
    public async Task A_reader_that_leaves_ends_the_run_quietly_and_the_state_is_saved(string format)
    {
        using var directory = new TemporaryDirectory();
        string file = directory.Write("queries.txt", Queries);

        using HololoomProcess process = HololoomProcess.Start("route", file, "--state", directory["state"], "--format", format);
        Assert.NotNull(await process.Output.ReadLineAsync());
        process.Output.Close();
        string error = await process.Error.ReadToEndAsync();

        Assert.Equal(0, await process.WaitAsync());
        Assert.Empty(error);
        long decisions = Router.ReadStatistics(directory["state"]).Decisions;
        Assert.True(decisions is > 0 and < 50_000, $"{decisions} decisions: it should have begun, and stopped early");
    }

    [Theory]
    [InlineData("route")]
    [InlineData("config schema")]
    [InlineData("config init")]
    public async Task A_full_device_is_an_error(string command)
    {
        using var directory = new TemporaryDirectory();
        string[] arguments = command == "route" ? ["route", directory.Write("queries.txt", Queries), "--state", directory["state"]] : command.Split(' ');

        Answer answer = await HololoomProcess.RunInShellAsync("exec \"$@\" > /dev/full", arguments);

        answer.AssertFailure("standard output");
    }

    [Fact]
    public async Task Decisions_that_could_not_be_written_do_not_spoil_the_state()
    {
        using var directory = new TemporaryDirectory();
        string file = directory.Write("queries.txt", "who\n");
        await HololoomProcess.RunInShellAsync("exec \"$@\" > /dev/full", "route", file, "--state", directory["state"]);

        (await HololoomProcess.RunAsync("route", file, "--state", directory["state"])).AssertExit(0);

        Assert.Equal(2, Router.ReadStatistics(directory["state"]).Decisions);
    }

    [Fact]
    public async Task Two_runs_into_one_open_file_follow_each_other()
    {
        using var directory = new TemporaryDirectory();
        string file = directory.Write("queries.txt", "one\ntwo\n");

        (await HololoomProcess.RunInShellAsync($"(\"$@\"; \"$@\") > '{directory["out"]}' 2>&1", "route", file, "--format", "tsv")).AssertExit(0);

        string[] lines = await File.ReadAllLinesAsync(directory["out"]);
        Assert.Equal(["one", "two", "one", "two"], lines.Where(line => line.Contains('\t', StringComparison.Ordinal)).Select(line => line.Split('\t')[4]));
        Assert.Equal(2, lines.Count(line => line.StartsWith("2 decisions", StringComparison.Ordinal)));
    }
}
