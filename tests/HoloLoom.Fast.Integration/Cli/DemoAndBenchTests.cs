using System.Globalization;

namespace HoloLoom.Fast.Integration.Cli;

public sealed class DemoAndBenchTests
{
    [Fact]
    public async Task The_demo_learns_who_answers_what_and_says_so_in_plain_text()
    {
        Answer answer = (await HololoomProcess.RunAsync("demo", "--queries", "2000")).AssertExit(0);
        foreach ((string type, string best) in ((string, string)[])[("relationship", "graph"), ("similarity", "vector"), ("temporal", "recency"), ("unknown", "fulltext")])
        {
            Assert.EndsWith(best, answer.Lines.First(line => line.StartsWith(type, StringComparison.Ordinal)).TrimEnd());
        }

        // The regret of the last quarter is far below that of the first interval.
        double[] regret = [.. answer.Lines
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(static fields => fields.Length >= 4 && fields[1].EndsWith('%') && char.IsAsciiDigit(fields[0][0]))
            .Select(static fields => double.Parse(fields[3], CultureInfo.InvariantCulture))];
        Assert.Equal(16, regret.Length);
        Assert.True(regret[0] > 0.02, answer.Output);
        Assert.True(regret[12..].Average() < regret[0] / 2, answer.Output);
        foreach (string shown in (string[])["cache hits", "feed-forward", "hedged", "strange-loop", "p95", "bottlenecks"])
        {
            Assert.Contains(shown, answer.Output);
        }

        Assert.DoesNotContain('\u001b', answer.Output);
        Assert.Empty(answer.Error);
    }

    [Fact]
    public async Task The_bench_shows_four_tables_with_the_published_figures_beside()
    {
        Answer answer = (await HololoomProcess.RunAsync("bench", "--quick")).AssertExit(0);
        foreach (string shown in (string[])[
            "Decision speed", "Rules and learned", "Execution patterns", "Scale", "41,670", "49,998", "19,995", "15.35 ms", "20,003", "24,998", "100,000"])
        {
            Assert.Contains(shown, answer.Output);
        }

        Assert.All(HoloLoom.Fast.Execution.ExecutionPatterns.All, pattern => Assert.Contains(answer.Lines, line => line.StartsWith(pattern, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("many")]
    public async Task A_bad_number_of_queries_is_refused(string queries) =>
        (await HololoomProcess.RunAsync("demo", "--queries", queries)).AssertFailure("--queries");

    [SkippableFact]
    public async Task An_interrupted_bench_ends()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs signals");
        using HololoomProcess process = HololoomProcess.Start("bench");
        await Task.Delay(1000);
        await process.SignalAsync("INT");
        Answer answer = await process.FinishAsync(ReadOnlyMemory<byte>.Empty);
        Assert.True(answer.ExitCode is 130 or 0, $"{answer.ExitCode}: {answer.Error}");
        Assert.Empty(answer.Error);
    }
}
