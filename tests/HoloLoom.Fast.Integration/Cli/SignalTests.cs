using System.Text;

namespace HoloLoom.Fast.Integration.Cli;

public sealed class SignalTests
{
    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task Route_stops_while_it_waits_for_input_with_everything_saved(string signal, int exitCode)
    {
        using var directory = new TemporaryDirectory();
        using HololoomProcess process = HololoomProcess.Start("route", "--state", directory["state"]);
        await process.Input.WriteAsync("one\ntwo\nthree\nunfinished"u8.ToArray());
        await process.Input.FlushAsync();
        for (int i = 0; i < 3; i++)
        {
            Assert.NotNull(await process.Output.ReadLineAsync());
        }

        await process.SignalAsync(signal);

        Assert.Equal(exitCode, await process.WaitAsync());
        Assert.Equal("", await process.Output.ReadToEndAsync());
        Assert.Equal(3, Router.ReadStatistics(directory["state"]).Decisions);
    }

    [Fact]
    public async Task Route_stops_in_the_middle_of_its_work_with_whole_lines_that_the_state_knows()
    {
        using var directory = new TemporaryDirectory();
        using HololoomProcess process = HololoomProcess.Start("route", "--state", directory["state"], "--format", "tsv");
        Task feeding = FeedForEverAsync(process.Input);
        Assert.NotNull(await process.Output.ReadLineAsync());

        await process.SignalAsync("INT");
        string rest = await process.Output.ReadToEndAsync();

        Assert.Equal(130, await process.WaitAsync());
        await feeding;
        Assert.EndsWith("\n", rest, StringComparison.Ordinal);
        Assert.Equal(1 + rest.Count(letter => letter == '\n'), Router.ReadStatistics(directory["state"]).Decisions);
    }

    [Fact]
    public async Task Learn_stops_with_what_it_read_saved()
    {
        using var directory = new TemporaryDirectory();
        string outcomes = await File.ReadAllTextAsync(await LearnTests.RouteAndJudgeAsync(directory, "one\ntwo\nthree\n", _ => 1));
        using HololoomProcess process = HololoomProcess.Start("learn", "-", "--state", directory["state"], "--flush-every", "3");
        await process.Input.WriteAsync(Encoding.UTF8.GetBytes(outcomes));
        await process.Input.FlushAsync();
        Assert.Equal("flushed 3 outcomes", await process.Error.ReadLineAsync());

        await process.SignalAsync("TERM");

        Assert.Equal(143, await process.WaitAsync());
        Assert.StartsWith("accepted 3, ", await process.Output.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(3, Router.ReadStatistics(directory["state"]).Outcomes);
    }

    private static async Task FeedForEverAsync(Stream input)
    {
        byte[] block = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("who wrote this\n", 1000)));
        try
        {
            while (true)
            {
                await input.WriteAsync(block);
            }
        }
        catch (IOException)
        {
            // It has stopped reading.
        }
    }
}
