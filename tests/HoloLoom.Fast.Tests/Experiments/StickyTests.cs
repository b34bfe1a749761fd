using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using FsCheck.Xunit;
using HoloLoom.Fast.Internals;

namespace HoloLoom.Fast.Tests.Experiments;

/// <summary>A unit has the same variant in every language.</summary>
public sealed class StickyTests
{
    private static readonly string[] s_variants = ["control", "größer", "third"];

    // "unit 0" to "unit 31", as slots in hexadecimal: a change of any of them moves users of every running experiment.
    private const string Golden = "212293398291aa822899328299822831";

    private static readonly string[] s_units =
        [.. Enumerable.Range(0, 20_000).Select(static i => i % 3 == 0 ? $"unit {i}" : i % 3 == 1 ? $"{i:x}ü🙂{i}" : new string('x', i % 700)), ""];

    [Fact]
    public void Slots_are_the_published_ones()
    {
        TrafficPlan plan = Plan();
        Assert.Equal(Golden, string.Concat(Enumerable.Range(0, 32).Select(i => $"{plan.Sticky($"unit {i}"):x}")));
    }

    [SkippableFact]
    public void Python_assigns_the_same() => Compare(Program("python3"), SourceOf("sticky.py"));

    [SkippableFact]
    public void C_assigns_the_same()
    {
        string compiler = Program("gcc");
        DirectoryInfo directory = Directory.CreateTempSubdirectory("hololoom-sticky");
        try
        {
            string program = Path.Combine(directory.FullName, "sticky");
            Assert.Equal("", Run(compiler, "", "-std=c11", "-O1", "-Wall", "-Werror", "-o", program, SourceOf("sticky.c"), "-lm"));
            Compare(program);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Property]
    public void Utf16_and_utf8_are_one_unit(string? unit)
    {
        TrafficPlan plan = Plan();
        string text = unit ?? "";
        Assert.Equal(plan.Sticky(Encoding.UTF8.GetBytes(text)), plan.Sticky(text));
        string repeated = string.Concat(Enumerable.Repeat(text, 100));
        Assert.Equal(plan.Sticky(Encoding.UTF8.GetBytes(repeated)), plan.Sticky(repeated));
    }

    private static TrafficPlan Plan() => new(
        UnitHash.Of("checkout"u8), [.. s_variants.Select(static name => UnitHash.VariantQuestion(Encoding.UTF8.GetBytes(name)))], [1, 2, 3], 0.1, 0.05);

    private static void Compare(string program, params string[] arguments)
    {
        TrafficPlan plan = Plan();
        string expected = string.Concat(s_units.Select(unit => $"{plan.Sticky(unit)}\n"));
        Assert.Equal(expected, Run(program, string.Concat(s_units.Select(static unit => $"{unit}\n")), arguments));
        Assert.True(expected.Distinct().Count() > 6, "too few slots occur for the comparison to mean anything");
    }

    private static string Run(string program, string input, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using (Stream stdin = process.StandardInput.BaseStream)
        {
            stdin.Write(Encoding.UTF8.GetBytes(input));
        }

        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return output.Result;
    }

    // Missing on a user's machine is a skip; in CI an error.
    private static string Program(string name)
    {
        string? path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);
        Assert.True(path is not null || Environment.GetEnvironmentVariable("CI") != "true", $"{name} is needed in CI");
        Skip.If(path is null, $"{name} is not installed");
        return path!;
    }

    private static string SourceOf(string file, [CallerFilePath] string thisFile = "") => Path.Combine(Path.GetDirectoryName(thisFile)!, file);
}
