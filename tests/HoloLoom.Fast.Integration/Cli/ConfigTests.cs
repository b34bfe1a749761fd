using System.Text.Json;

namespace HoloLoom.Fast.Integration.Cli;

public sealed class ConfigTests
{
    [Fact]
    public async Task The_defaults_are_written_once_and_pass_the_check()
    {
        using var directory = new TemporaryDirectory();
        string file = directory["router.json"];

        (await HololoomProcess.RunAsync("config", "init", file)).AssertExit(0);
        byte[] written = await File.ReadAllBytesAsync(file);
        (await HololoomProcess.RunAsync("config", "init", file)).AssertFailure(file, "exists");
        Answer printed = (await HololoomProcess.RunAsync("config", "init")).AssertExit(0);
        Answer check = (await HololoomProcess.RunAsync("config", "check", file)).AssertExit(0);

        Assert.Equal(written, await File.ReadAllBytesAsync(file));
        Assert.Equal(written, printed.OutputBytes);
        Assert.StartsWith("ok: ", check.Output, StringComparison.Ordinal);
        Assert.Contains("5 backends", check.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"strategy": "luck"}""", "$.strategy")]
    [InlineData("""{"stratgy": "rules"}""", "stratgy")]
    [InlineData("""{"backends": []}""", "$.backends")]
    [InlineData("""{"queryTypes": [{"name": "t", "backend": "qdrant", "patterns": ["(a"]}]}""", "$.queryTypes[0].patterns[0]")]
    [InlineData("""{"queryTypes": [{"name": "t", "backend": "qdrant", "patterns": ["(?=lookahead)x"]}]}""", "$.queryTypes[0].patterns[0]")]
    [InlineData("{", "$")]
    [InlineData("", "empty")]
    public async Task A_bad_configuration_is_refused_with_the_place(string json, string place)
    {
        using var directory = new TemporaryDirectory();
        string file = directory.Write("bad.json", json);

        (await HololoomProcess.RunAsync("config", "check", file)).AssertFailure("bad.json", place);
        Answer route = await HololoomProcess.RunWithInputAsync("x\n", "route", "--config", file);
        route.AssertFailure("bad.json", place);
        Assert.Empty(route.OutputBytes);
    }

    [Fact]
    public async Task A_configuration_that_is_not_there_is_an_error()
    {
        using var directory = new TemporaryDirectory();

        (await HololoomProcess.RunAsync("config", "check", directory["none.json"])).AssertFailure("none.json");
        (await HololoomProcess.RunAsync("config", "check", directory.Path)).AssertFailure(directory.Path);
    }

    [Fact]
    public async Task The_schema_is_json_and_knows_the_keys()
    {
        Answer answer = (await HololoomProcess.RunAsync("config", "schema")).AssertExit(0);

        using var schema = JsonDocument.Parse(answer.Output);
        Assert.True(schema.RootElement.GetProperty("properties").TryGetProperty("queryTypes", out _));
    }

    [Fact]
    public async Task The_command_line_overrides_the_configuration()
    {
        using var directory = new TemporaryDirectory();
        string file = directory.Write("router.json", """{"strategy": "rules", "seed": 1}""");

        Answer configured = (await HololoomProcess.RunWithInputAsync("x\n", "route", "--config", file)).AssertExit(0);
        Answer overridden = (await HololoomProcess.RunWithInputAsync("x\n", "route", "--config", file, "--strategy", "uniform")).AssertExit(0);

        Assert.Contains("\"strategy\":\"rules\"", configured.Output, StringComparison.Ordinal);
        Assert.Contains("\"strategy\":\"uniform\"", overridden.Output, StringComparison.Ordinal);
    }
}
