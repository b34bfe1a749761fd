using HoloLoom.Fast.Integration.Native;

namespace HoloLoom.Fast.Integration.Server;

/// <summary>The soak itself takes half an hour and is no part of the tests; that it would notice what it looks for is.</summary>
public sealed class SoakTests
{
    private const string Rule = "slope <= limit && step <= rise";

    [SkippableTheory]
    [InlineData(Rule, Rule, true)]
    [InlineData(Rule, "slope <= limit", false)]
    [InlineData(Rule, "step <= rise", false)]
    [InlineData("cmp -s \"$1\" \"$2\"", "true", false)]
    [InlineData("grep -q '^decisions [1-9]' \"$1\" && ", "", false)]
    public void The_judge_tells_leaks_from_noise_and_a_lenient_one_is_found_out(string rule, string changed, bool isFit)
    {
        string bash = Toolchain.Program("bash");
        _ = Toolchain.Program("awk");
        using var directory = new TemporaryDirectory();
        string script = File.ReadAllText(Path.Combine(Toolchain.Repository, "bench", "load", "soak"));
        Assert.Contains(rule, script);
        Directory.CreateDirectory(directory[Path.Combine("bench", "load")]);
        string copy = directory.Write(Path.Combine("bench", "load", "soak"), script.Replace(rule, changed));

        (int exitCode, string output, string error) = Toolchain.RunToEnd(directory.Path, null, bash, copy, "--self-test");

        Assert.True(isFit == (exitCode == 0), output + error);
        Assert.Equal(isFit, output.EndsWith("the judge is fit\n", StringComparison.Ordinal));
    }
}
