namespace HoloLoom.Fast.Integration.Cli;

public sealed class StateTests
{
    [Fact]
    public async Task A_state_in_use_by_another_process_is_refused()
    {
        using var directory = new TemporaryDirectory();
        using var owner = new Router(new RouterOptions { StateDirectory = directory["state"] });
        string outcomes = directory.Write("outcomes.jsonl", "");

        (await HololoomProcess.RunWithInputAsync("x\n", "route", "--state", directory["state"])).AssertFailure(directory["state"], "in use");
        (await HololoomProcess.RunAsync("learn", outcomes, "--state", directory["state"])).AssertFailure(directory["state"], "in use");
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_is_an_error_before_the_first_decision()
    {
        using var directory = new TemporaryDirectory();
        string file = directory.Write("file", "x");

        foreach (string place in (string[])[file, Path.Combine(file, "below"), "/proc/hololoom-state"])
        {
            Answer answer = await HololoomProcess.RunWithInputAsync("x\n", "route", "--state", place);
            answer.AssertFailure(place);
            Assert.Empty(answer.OutputBytes);
        }
    }

    [Fact]
    public async Task A_damaged_state_is_told_and_the_previous_one_used()
    {
        using var directory = new TemporaryDirectory();
        await HololoomProcess.RunWithInputAsync("x\n", "route", "--state", directory["state"]);
        string newest = Path.Combine(directory["state"], "state.hlf");
        byte[] bytes = await File.ReadAllBytesAsync(newest);
        bytes[^1] ^= 0x55;
        await File.WriteAllBytesAsync(newest, bytes);

        Answer answer = (await HololoomProcess.RunWithInputAsync("x\n", "route", "--state", directory["state"])).AssertExit(0);

        Assert.Contains("hololoom: warning: ", answer.Error, StringComparison.Ordinal);
        Assert.Single(answer.Lines);
    }

    [Fact]
    public async Task Runs_add_up()
    {
        using var directory = new TemporaryDirectory();
        for (int run = 0; run < 3; run++)
        {
            (await HololoomProcess.RunWithInputAsync("who\nwhat\n", "route", "--state", directory["state"])).AssertExit(0);
        }

        Assert.Equal(6, Router.ReadStatistics(directory["state"]).Decisions);
    }
}
