using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace HoloLoom.Fast.Integration.Cli;

public sealed partial class CrashTests
{
    private const int Iterations = 100;

    // More than a run is given before it is killed for certain, and so many in all that no sequence of kills can come too late.
    private const int OutcomesPerRun = 400;
    private const int Outcomes = (Iterations + 1) * OutcomesPerRun;

    // A run after a crash begins this many lines before the first that was not learned, so that it meets outcomes it knows.
    private const int Overlap = 15;

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Killing_learn_at_any_moment_loses_nothing_flushed_and_counts_nothing_twice()
    {
        using var directory = new TemporaryDirectory();
        string state = directory["state"];
        string file = await LearnTests.RouteAndJudgeAsync(directory, string.Concat(Enumerable.Repeat("who wrote this\nfind it\n", Outcomes / 2)), _ => 1);
        string[] lines = await File.ReadAllLinesAsync(file);
        Assert.Equal(Outcomes, lines.Length);
        var random = new Random(20);
        long learned = 0;
        for (int iteration = 0; iteration < Iterations; iteration++)
        {
            int from = (int)Math.Max(0, learned - Overlap);
            long flushed = await LearnAndKillAsync(state, lines.AsMemory(from, OutcomesPerRun), flushesToSee: random.Next(6), spin: random.Next(200_000));

            long now = Router.ReadStatistics(state).Outcomes;
            Assert.True(now >= learned + flushed, $"iteration {iteration}: {learned} outcomes before, {flushed} more told as flushed, but only {now} are there");
            Assert.True(now <= Outcomes, $"iteration {iteration}: {now} outcomes of {Outcomes}");
            learned = now;
        }

        Assert.True(learned is > 0 and < Outcomes, $"{learned} of {Outcomes} outcomes: the kills came too early or too late to try anything");
        Answer rest = (await HololoomProcess.RunAsync("learn", file, "--state", state)).AssertExit(1);
        Assert.Equal($"accepted {Outcomes - learned}, duplicate {learned}, expired 0, unknown 0, invalid 0\n", rest.Output);

        Answer stats = (await HololoomProcess.RunAsync("stats", "--state", state, "--json")).AssertExit(0);
        using var document = JsonDocument.Parse(stats.Output);
        JsonElement[] cells = [.. document.RootElement.GetProperty("query_types").EnumerateObject()
            .SelectMany(type => type.Value.GetProperty("backends").EnumerateObject()).Select(cell => cell.Value)];
        Assert.Equal(Outcomes, document.RootElement.GetProperty("outcomes").GetInt64());
        Assert.Equal(Outcomes, cells.Sum(cell => cell.GetProperty("outcomes").GetInt64()));
        Assert.Equal(Outcomes, cells.Sum(cell => cell.GetProperty("alpha").GetDouble() - 1), 6);
        Assert.All(cells, cell => Assert.Equal(cell.GetProperty("decisions").GetInt64(), cell.GetProperty("outcomes").GetInt64()));
    }

    /// <summary>Lets learn flush some times, and kills it a moment later.</summary>
    /// <returns>How many outcomes it told to be on disk.</returns>
    private static async Task<long> LearnAndKillAsync(string state, ReadOnlyMemory<string> lines, int flushesToSee, int spin)
    {
        using HololoomProcess process = HololoomProcess.Start("learn", "-", "--state", state, "--flush-every", "10");
        Task feeding = FeedAsync(process.Input, lines);
        Task discarding = process.Output.ReadToEndAsync();
        long flushed = 0;
        for (int seen = 0; seen < flushesToSee && await process.Error.ReadLineAsync() is string line;)
        {
            if (FlushedLine().Match(line) is { Success: true } match)
            {
                flushed = long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
                seen++;
            }
        }

        // Not a wait for anything: it spreads the kills over the moments of a commit.
        System.Threading.Thread.SpinWait(spin);
        process.Kill();
        await process.WaitAsync();
        foreach (Match match in FlushedLine().Matches(await process.Error.ReadToEndAsync()))
        {
            flushed = long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        }

        await feeding;
        await discarding;
        return flushed;
    }

    private static async Task FeedAsync(Stream input, ReadOnlyMemory<string> lines)
    {
        try
        {
            await input.WriteAsync(Encoding.UTF8.GetBytes(string.Join('\n', lines.ToArray()) + "\n"));
        }
        catch (IOException)
        {
            // Killed before it had read everything, as intended.
        }
    }

    [GeneratedRegex("^flushed ([0-9]+) outcomes$", RegexOptions.Multiline)]
    private static partial Regex FlushedLine();
}
