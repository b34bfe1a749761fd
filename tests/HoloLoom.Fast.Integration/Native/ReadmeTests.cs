using System.Text.RegularExpressions;

namespace HoloLoom.Fast.Integration.Native;

/// <summary>What the READMEs tell people of other languages to do is done here.</summary>
public sealed class ReadmeTests
{
    [SkippableFact]
    public void A_newcomer_who_follows_the_readme_of_native_aot_gets_its_output()
    {
        string readme = File.ReadAllText(Path.Combine(Toolchain.NativeAot, "README.md"));
        string script = string.Concat(Blocks(readme, "sh"));
        string built = Assert.Single(Regex.Matches(script, "^native-aot/publish\n", RegexOptions.Multiline)).Value;
        _ = Toolchain.Program("pkg-config");
        _ = Toolchain.Program("gcc");
        _ = Toolchain.Program("python3");

        // A copy of the repository as far as the commands need it; what they build is not built a second time.
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory["artifacts"]);
        Directory.CreateSymbolicLink(directory["native-aot"], Toolchain.NativeAot);
        Directory.CreateSymbolicLink(directory[Path.Combine("artifacts", "native")], Toolchain.Layout);
        Assert.Equal(string.Concat(Blocks(readme, "text")), Toolchain.Run(directory.Path, "/bin/bash", "-euc", script.Replace(built, "")));
    }

    [SkippableFact]
    public void The_samples_of_the_first_readme_run()
    {
        string readme = File.ReadAllText(Path.Combine(Toolchain.Repository, "README.md"));
        using var directory = new TemporaryDirectory();
        string source = directory.Write("sample.c", Assert.Single(Blocks(readme, "c")));
        Assert.Matches(@"^backend [0-4], confidence 0\.50\n$", Toolchain.Run(directory.Path, Toolchain.Compile(directory, source)));
        Assert.Matches(@"^relationship -> (neo4j|qdrant|mem0) \(0\.50\)\n$", RunPython(directory, Assert.Single(Blocks(readme, "python"))));
    }

    [SkippableFact]
    public void The_samples_of_the_bindings_run()
    {
        using var directory = new TemporaryDirectory();
        string[] python = Blocks(File.ReadAllText(Path.Combine(Toolchain.NativeAot, "bindings", "python", "README.md")), "python");
        Assert.Equal(2, python.Length);
        Assert.Contains("relationship 0.5", RunPython(directory, python[0]), StringComparison.Ordinal);
        string python3 = Toolchain.Python();
        if (Toolchain.RunToEnd(directory.Path, null, python3, "-c", "import numpy").ExitCode == 0)
        {
            Assert.Equal("{'neo4j': 1, 'qdrant': 1, 'mem0': 1, 'inmemory': 0, 'hybrid': 0}\n", RunPython(directory, python[1]));
        }

        string cpp = Assert.Single(Blocks(File.ReadAllText(Path.Combine(Toolchain.NativeAot, "bindings", "cpp", "README.md")), "cpp"));
        string program = cpp.Replace("\n\n", "\n#include <cstdio>\nint main()\n{\n", StringComparison.Ordinal);
        string source = directory.Write("sample.cpp", $"{program}std::puts(backend.c_str());\n}}\n");
        Assert.Equal("neo4j\n", Toolchain.Run(directory.Path, Toolchain.Compile(directory, source)));
    }

    [Fact]
    public void Every_link_leads_somewhere()
    {
        int links = 0;
        foreach (string file in Directory.EnumerateFiles(Toolchain.NativeAot, "README.md", SearchOption.AllDirectories))
        {
            foreach (Match link in Regex.Matches(File.ReadAllText(file), @"\]\((?<target>[^)]+)\)"))
            {
                string target = link.Groups["target"].Value;
                links++;
                Assert.True(
                    target.StartsWith("https://", StringComparison.Ordinal) || Path.Exists(Path.Combine(Path.GetDirectoryName(file)!, target)),
                    $"{file}: '{target}' does not exist");
            }
        }

        Assert.True(links > 10);
    }

    private static string RunPython(TemporaryDirectory directory, string sample)
    {
        string python = Toolchain.Python();
        string site = directory["site"];
        if (!Directory.Exists(site))
        {
            Toolchain.InstallWheel(python, site);
        }

        return Toolchain.Run(directory.Path, new Dictionary<string, string> { ["PYTHONPATH"] = site }, python, directory.Write("sample.py", sample));
    }

    private static string[] Blocks(string readme, string language) =>
        [.. Regex.Matches(readme, $"```{language}\n(?<text>.*?)```", RegexOptions.Singleline).Select(static match => match.Groups["text"].Value)];
}
