using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace HoloLoom.Fast.Contracts;

/// <summary>What the README shows is what happens: its samples are compiled code, its commands are run, its outputs compared.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string s_readme = File.ReadAllText(Repository.PathOf("README.md"));

    [Fact]
    public async Task Every_csharp_sample_is_compiled_code_and_runs()
    {
        string source = File.ReadAllText(SourceOfSamples());
        MatchCollection samples = CSharpBlock().Matches(s_readme);
        Assert.Equal(s_readme.Split("```csharp").Length - 1, samples.Count);
        Assert.NotEmpty(samples);
        foreach (Match sample in samples)
        {
            string indented = string.Concat(sample.Groups["code"].Value.Split('\n', StringSplitOptions.None).SkipLast(1)
                .Select(static line => line.Length == 0 ? "\n" : $"        {line}\n"));
            string name = sample.Groups["name"].Value;
            MethodInfo method = typeof(ReadmeSamples).GetMethod(name, BindingFlags.Public | BindingFlags.Static)!;
            string kind = method.ReturnType == typeof(Task) ? "async Task" : "void";
            Assert.Contains($"public static {kind} {name}()\n    {{\n{indented}\n        // End of sample.", source);
            if (method.Invoke(null, null) is Task running)
            {
                await running;
            }
        }
    }

    [Fact]
    public void The_sample_configuration_works()
    {
        string json = Regex.Match(s_readme, @"<!-- sample: config -->\n```json\n(?<json>.*?)```", RegexOptions.Singleline).Groups["json"].Value;
        using var router = new Router(RouterOptions.FromJson(json) with { Strategy = "rules" });
        Assert.Equal("orders", router.QueryTypes[router.Route("where is #47110").QueryType]);
        Assert.Equal("howto", router.QueryTypes[router.Route("How do I learn C++").QueryType]);
        Assert.Equal("gpt", router.Backends[router.Route("tell me a story").Backend]);
    }

    [Fact]
    public void The_sample_experiment_runs_and_names_its_winner()
    {
        string json = Regex.Match(s_readme, @"<!-- sample: experiment -->\n```json\n(?<json>.*?)```", RegexOptions.Singleline).Groups["json"].Value;
        using var router = new Router(RouterOptions.FromJson(json) with { Seed = 1 });
        Assert.Equal(["rules", "learned", "holdout"], router.Variants);
        for (int i = 0; i < 2000; i++)
        {
            // Only mem0 is any good, which the rules will never find out.
            Decision decision = router.Route("who wrote the paper on attention");
            router.Record(decision.Id, new Outcome(router.Backends[decision.Backend] == "mem0" ? 0.9 : 0.2, 35));
        }

        var report = Experiments.ExperimentReport.Of(router);
        Assert.Equal(("learned-or-rules", "learned"), (report.Name, report.Winner));
    }

    [SkippableFact]
    public void The_consoles_show_what_the_commands_print()
    {
        Skip.If(OperatingSystem.IsWindows() || !File.Exists("/bin/bash"), "needs bash");
        string script = "";
        string expected = "";
        foreach (Match console in ConsoleBlock().Matches(s_readme))
        {
            foreach (string line in console.Groups["text"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                script += line.StartsWith("$ ", StringComparison.Ordinal) ? $"{line[2..]}\n" : "";
                expected += line.StartsWith("$ ", StringComparison.Ordinal) ? "" : $"{line}\n";
            }
        }

        Assert.NotEmpty(expected);
        Assert.Equal(expected, RunInACopy(script));
    }

    [Fact]
    public void The_two_commands_are_the_ones_that_ci_runs()
    {
        string ci = File.ReadAllText(Repository.PathOf(".ci", "run"));
        MatchCollection commands = Regex.Matches(s_readme, @"```sh\n(?<command>.*?)\n```");
        Assert.Equal(2, commands.Count);
        Assert.All(commands, command => Assert.Contains(command.Groups["command"].Value, ci));
    }

    [Fact]
    public void Every_link_leads_somewhere()
    {
        foreach (Match link in Regex.Matches(s_readme, @"\]\((?<target>[^)]+)\)"))
        {
            string target = link.Groups["target"].Value;
            string[] parts = target.Split('#');
            Assert.True(
                target.StartsWith("https://", StringComparison.Ordinal) || Path.Exists(Repository.PathOf(parts[0])),
                $"'{target}' does not exist");
            if (parts is [{ } file, { } heading] && file.EndsWith(".md", StringComparison.Ordinal))
            {
                string headings = string.Concat(
                    File.ReadLines(Repository.PathOf(file)).Where(static line => line.StartsWith('#')).Select(static line => $"{line}\n"));
                Assert.Matches($@"(?im)^#+ {heading.Replace('-', ' ')}$", headings);
            }
        }
    }

    // In a directory of its own that has the queries where the repository has them, with `hololoom` as a function.
    private static string RunInACopy(string script)
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("hololoom-readme");
        try
        {
            Directory.CreateDirectory(Path.Combine(directory.FullName, "bench", "data"));
            File.Copy(Repository.PathOf("bench", "data", "queries.txt"), Path.Combine(directory.FullName, "bench", "data", "queries.txt"));
            string configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}") ? "Release" : "Debug";
            string program = Environment.GetEnvironmentVariable("HOLOLOOM_CLI") is string native
                ? $"'{native}'"
                : $"dotnet '{Repository.PathOf("src", "HoloLoom.Fast.Cli", "bin", configuration, "net10.0", "hololoom.dll")}'";
            var start = new ProcessStartInfo("/bin/bash", ["-c", $"hololoom() {{ {program} \"$@\"; }}\n{script}"])
            {
                WorkingDirectory = directory.FullName,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using Process bash = Process.Start(start)!;
            Task<string> errors = bash.StandardError.ReadToEndAsync();
            string output = bash.StandardOutput.ReadToEnd();
            bash.WaitForExit();
            return output.Length > 0 ? output : errors.Result;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static string SourceOfSamples([CallerFilePath] string thisFile = "") => Path.Combine(Path.GetDirectoryName(thisFile)!, "ReadmeSamples.cs");

    [GeneratedRegex(@"<!-- sample: (?<name>\w+) -->\n```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();

    // Those of the server are run by the integration tests, on ports that are free.
    [GeneratedRegex(@"(?<!<!-- console: server -->\n)```console\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex ConsoleBlock();
}
