using System.Text;
using System.Text.Json;

namespace HoloLoom.Fast.Integration.Cli;

public sealed class RouteInputTests
{
    [Theory]
    [InlineData("a\nb\n", "a|b")]
    [InlineData("a\r\nb\r\n", "a|b")]
    [InlineData("a\nb", "a|b")]
    [InlineData("a\r\nb", "a|b")]
    [InlineData("\n\na\n", "||a")]
    [InlineData("\r\n", "")]
    [InlineData("\uFEFFa\n\uFEFFb\n", "a|\uFEFFb")]
    [InlineData("\uFEFF\n", "")]
    [InlineData("a\0b\n", "a\0b")]
    [InlineData("a\rb\r\r\n", "a\rb\r")]
    [InlineData("tab\there \\ \"quoted\" \u0001\u001f\u007f\n", "tab\there \\ \"quoted\" \u0001\u001f\u007f")]
    [InlineData("naïve 日本語 🎉\n", "naïve 日本語 🎉")]
    public async Task Every_line_is_a_query_in_both_formats(string input, string expected)
    {
        string[] queries = expected.Split('|');

        Answer json = (await HololoomProcess.RunWithInputAsync(input, "route", "-")).AssertExit(0);
        Answer tsv = (await HololoomProcess.RunWithInputAsync(input, "route", "--format", "tsv")).AssertExit(0);

        Assert.Equal(queries, json.Lines.Select(JsonQuery));
        Assert.Equal(queries, tsv.Lines.Select(TsvQuery));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\uFEFF")]
    public async Task An_empty_input_has_no_queries(string input)
    {
        Answer answer = (await HololoomProcess.RunWithInputAsync(input, "route")).AssertExit(0);

        Assert.Empty(answer.OutputBytes);
    }

    [Fact]
    public async Task Tsv_escapes_what_would_break_a_row()
    {
        Answer answer = await HololoomProcess.RunWithInputAsync("a\tb\\c\rd\n", "route", "--format", "tsv");

        Assert.EndsWith("\ta\\tb\\\\c\\rd\n", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invalid_utf8_is_printed_as_replacement_characters()
    {
        byte[] input = [(byte)'a', 0xFF, (byte)'\t', 0xE2, 0x82, (byte)'b', 0xC3, (byte)'\n', 0xED, 0xA0, 0x80, (byte)'"'];
        string[] expected = [.. Encoding.UTF8.GetString(input).Split('\n')];

        Answer json = (await HololoomProcess.RunAsync(input, "route")).AssertExit(0);
        Answer tsv = (await HololoomProcess.RunAsync(input, "route", "--format", "tsv")).AssertExit(0);

        Assert.Equal(["a\uFFFD\t\uFFFDb\uFFFD", "\uFFFD\uFFFD\uFFFD\""], expected);
        Assert.Equal(expected, json.Lines.Select(JsonQuery));
        Assert.Equal(expected, tsv.Lines.Select(TsvQuery));
        Assert.True(Encoding.UTF8.GetBytes(tsv.Output).AsSpan().SequenceEqual(tsv.OutputBytes));
    }

    [Fact]
    public async Task Lines_across_block_borders_and_beyond_a_batch_stay_whole_and_in_order()
    {
        var random = new Random(5);
        string[] queries = [.. Enumerable.Range(0, 20_000).Select(i => $"{i} {new string((char)('a' + (i % 26)), random.Next(120))}"), new string('z', 700_000), "last"];

        Answer answer = (await HololoomProcess.RunWithInputAsync(string.Join("\r\n", queries), "route", "--format", "tsv")).AssertExit(0);

        Assert.Equal(queries, answer.Lines.Select(TsvQuery));
    }

    [Fact]
    public async Task How_the_input_arrives_does_not_change_the_decisions()
    {
        using var directory = new TemporaryDirectory();
        string[] queries = [.. Enumerable.Range(0, 300).Select(i => i % 3 == 0 ? $"who is {i}" : $"query {i}")];
        string file = directory.Write("queries.txt", string.Join('\n', queries));

        Answer whole = (await HololoomProcess.RunAsync("route", file, "--seed", "9")).AssertExit(0);
        using HololoomProcess process = HololoomProcess.Start("route", "--seed", "9");
        var dribbled = new List<string?>();
        foreach (string query in queries)
        {
            // An answer for each line before the next is sent: a pipe must not wait for a full batch.
            await process.Input.WriteAsync(Encoding.UTF8.GetBytes(query + "\n"));
            await process.Input.FlushAsync();
            dribbled.Add(await process.Output.ReadLineAsync());
        }

        process.Input.Close();
        Assert.Equal(0, await process.WaitAsync());
        Assert.Equal(whole.Lines, dribbled);
    }

    [Fact]
    public async Task A_missing_file_and_a_directory_are_errors_that_leave_no_state_behind()
    {
        using var directory = new TemporaryDirectory();

        (await HololoomProcess.RunAsync("route", directory["nothing.txt"], "--state", directory["state"])).AssertFailure("nothing.txt", "no such file");
        (await HololoomProcess.RunAsync("route", directory.Path, "--state", directory["state"])).AssertFailure(directory.Path, "is a directory");

        Assert.False(Directory.Exists(directory["state"]));
    }

    [Fact]
    public async Task A_file_that_fails_while_it_is_read_is_an_error()
    {
        // Its first page is never mapped, so that reading it fails, for root as well.
        (await HololoomProcess.RunAsync("route", "/proc/self/mem")).AssertFailure("/proc/self/mem");
    }

    private static string? JsonQuery(string line)
    {
        using var document = JsonDocument.Parse(line);
        return document.RootElement.GetProperty("query").GetString();
    }

    private static string TsvQuery(string line)
    {
        string column = line.Split('\t')[4];
        var text = new StringBuilder();
        for (int i = 0; i < column.Length; i++)
        {
            text.Append(column[i] != '\\' ? column[i] : column[++i] switch { 't' => '\t', 'r' => '\r', 'n' => '\n', '\\' => '\\', char other => throw new FormatException($"\\{other}") });
        }

        return text.ToString();
    }
}
