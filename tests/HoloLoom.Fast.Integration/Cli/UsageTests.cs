namespace HoloLoom.Fast.Integration.Cli;

public sealed class UsageTests
{
    [Theory]
    [InlineData("--help", "route")]
    [InlineData("route --help", "--available")]
    [InlineData("learn --help", "relevance")]
    [InlineData("stats --help", "--json")]
    [InlineData("config --help", "schema")]
    [InlineData("--version", "0.1.0")]
    public async Task Help_and_version_are_answers(string arguments, string expected)
    {
        Answer answer = (await HololoomProcess.RunAsync(arguments.Split(' '))).AssertExit(0);

        Assert.Contains(expected, answer.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "Required command")]
    [InlineData("wander", "wander")]
    [InlineData("config", "Required command")]
    [InlineData("route --wander", "--wander")]
    [InlineData("route --format xml", "'jsonl'")]
    [InlineData("route --strategy luck", "'thompson'")]
    [InlineData("route --seed -1", "-1")]
    [InlineData("route --seed", "--seed")]
    [InlineData("route --explain --format tsv", "--explain")]
    [InlineData("route a b", "b")]
    [InlineData("learn", "OUTCOMES")]
    [InlineData("learn outcomes.jsonl", "--state")]
    [InlineData("learn outcomes.jsonl --state s --flush-every 0", "--flush-every")]
    [InlineData("stats", "--state")]
    [InlineData("config check", "FILE")]
    public async Task A_mistake_in_the_usage_is_named_and_ends_with_2(string arguments, string expected)
    {
        Answer answer = await HololoomProcess.RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        answer.AssertFailure("usage", expected, "--help");
        Assert.Empty(answer.OutputBytes);
    }

    [Fact]
    public async Task An_unknown_backend_is_named_with_those_that_there_are()
    {
        Answer answer = await HololoomProcess.RunWithInputAsync("x\n", "route", "--available", "qdrant,postgres");

        answer.AssertFailure("postgres", "neo4j, qdrant, mem0, inmemory, hybrid");
        Assert.Empty(answer.OutputBytes);
    }

    [Fact]
    public async Task An_empty_list_of_backends_is_an_error()
    {
        (await HololoomProcess.RunWithInputAsync("x\n", "route", "--available", ",")).AssertFailure("no backend");
    }
}
