namespace HoloLoom.Fast.Integration.Native;

/// <summary>
/// In each language a program routes all queries, one by one and as a batch, learns, saves, loads, and provokes every error; it must write
/// what the managed engine does, byte for byte, decision ids included.
/// </summary>
public sealed class ConformanceTests
{
    private const string Learned = """{"strategy": "thompson", "seed": 7}""";
    private const string Experiment = """
        {"experiment": {"name": "colours", "variants": [{"name": "red", "strategy": "rules"}, {"name": "blue", "strategy": "thompson"}]},
        "seed": 9}
        """;

    private const string ByRule = """{"strategy": "rules", "seed": 8}""";

    [SkippableTheory]
    [InlineData("bindings/c/conformance.c")]
    [InlineData("bindings/cpp/conformance.cpp")]
    public void C_and_cpp_decide_as_the_managed_engine(string source)
    {
        using var directory = new TemporaryDirectory();
        string program = Toolchain.Compile(directory, source);
        Check(directory, withBuffer: true, environment: null, program);
    }

    [SkippableTheory]
    [InlineData("0")]
    [InlineData("1")]
    public void Python_decides_as_the_managed_engine_and_passes_its_tests(string ctypes)
    {
        using var directory = new TemporaryDirectory();
        string python = Toolchain.Python();
        Toolchain.InstallWheel(python, directory["site"]);
        var environment = new Dictionary<string, string> { ["PYTHONPATH"] = directory["site"], ["HOLOLOOM_FAST_CTYPES"] = ctypes };
        string bindings = Path.Combine(Toolchain.NativeAot, "bindings", "python");
        Check(directory, withBuffer: ctypes == "1", environment, python, Path.Combine(bindings, "tests", "conformance.py"));
        (int exitCode, _, string report) = Toolchain.RunToEnd(bindings, environment, python, "-B", "-m", "unittest", "discover", "-s", "tests");
        Assert.True(exitCode == 0, report);
        Assert.False(Toolchain.IsCi && report.Contains("skipped", StringComparison.Ordinal), report);
        Assert.Contains("relationship -> neo4j", Toolchain.Run(bindings, environment, python, "example.py"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Node_decides_as_the_managed_engine_and_passes_its_tests()
    {
        using var directory = new TemporaryDirectory();
        string node = Toolchain.Program("node");
        string tarball = Toolchain.Packaged("node", "*.tgz", "npm and Node's headers, to build the package");
        directory.Write("package.json", "{}");
        Toolchain.Run(directory.Path, Toolchain.Program("npm"), "install", "--offline", "--no-audit", "--no-fund", "--silent", tarball);
        foreach (string file in (string[])["conformance.js", "example.js", "test/router.test.js"])
        {
            File.Copy(Path.Combine(Toolchain.NativeAot, "bindings", "node", file), directory[Path.GetFileName(file)]);
        }

        Check(directory, withBuffer: false, environment: null, node, directory["conformance.js"]);
        Toolchain.Run(directory.Path, node, "--test", "router.test.js");
        Assert.Contains("relationship -> neo4j", Toolchain.Run(directory.Path, node, "example.js"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Rust_decides_as_the_managed_engine_and_passes_its_tests()
    {
        using var directory = new TemporaryDirectory();
        string cargo = Toolchain.Program("cargo");
        string bindings = Path.Combine(Toolchain.NativeAot, "bindings", "rust");
        var environment = new Dictionary<string, string>
        {
            ["HOLOLOOM_FAST_LIB_DIR"] = Toolchain.Libraries,
            ["LD_LIBRARY_PATH"] = Toolchain.Libraries,
            ["CARGO_TARGET_DIR"] = directory["target"],
            ["RUSTFLAGS"] = "-D warnings",
        };
        Toolchain.Run(bindings, environment, cargo, "test", "--offline", "--quiet");
        string examples = Path.Combine(directory["target"], "debug", "examples");
        Check(directory, withBuffer: true, environment, Path.Combine(examples, "conformance"));
        Assert.Contains("relationship -> neo4j", Toolchain.Run(bindings, environment, Path.Combine(examples, "example")), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Go_decides_as_the_managed_engine_and_passes_its_tests()
    {
        using var directory = new TemporaryDirectory();
        string go = Toolchain.Program("go");
        _ = Toolchain.Program("pkg-config");
        string bindings = Path.Combine(Toolchain.NativeAot, "bindings", "go");
        var environment = new Dictionary<string, string>
        {
            ["PKG_CONFIG_PATH"] = Path.Combine(Toolchain.Layout, "pkgconfig"),
            ["LD_LIBRARY_PATH"] = Toolchain.Libraries,
            ["GOFLAGS"] = "-mod=mod",
            ["GOPROXY"] = "off",
        };
        Toolchain.Run(bindings, environment, go, "vet", "./...");
        Toolchain.Run(bindings, environment, go, "test", ".");
        Toolchain.Run(bindings, environment, go, "build", "-o", directory.Path, "./conformance", "./example");
        Check(directory, withBuffer: false, environment, directory["conformance"]);
        Assert.Contains("relationship -> neo4j", Toolchain.Run(bindings, environment, directory["example"]), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_dotnet_process_without_the_managed_engine_decides_as_it_by_platform_invoke()
    {
        using var directory = new TemporaryDirectory();
        string built = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        string configuration = Path.GetFileName(Path.GetDirectoryName(built)!);
        string program = Path.Combine(
            Toolchain.NativeAot, "bindings", "dotnet", "Conformance", "bin", configuration, Path.GetFileName(built),
            "HoloLoom.Fast.Interop.Conformance.dll");
        string engine = Path.Combine(Path.GetDirectoryName(program)!, "HoloLoom.Fast.dll");
        Assert.False(File.Exists(engine), "the process could use the managed engine");
        string library = Path.Combine(Toolchain.Libraries, "libhololoom_fast.so");
        var environment = new Dictionary<string, string> { ["HOLOLOOM_FAST_LIBRARY"] = library };
        Check(directory, withBuffer: true, environment, "dotnet", program);
    }

    [Fact]
    public void What_every_language_must_write_has_units_of_every_variant_that_keep_theirs_and_outcomes_learned_once()
    {
        string[][] lines = [.. Transcript.Expected(Experiment, withBuffer: true).Split('\n').Select(static line => line.Split(' '))];
        string[] variants = [.. lines.Where(static line => line[0] == "unit").Select(static line => line[5])];
        Assert.Equal(["0", "1"], variants.Distinct().Order());
        Assert.All(variants.Index(), unit => Assert.Equal(variants[unit.Index % 40], unit.Item));
        Assert.Contains(lines, line => line is ["several", var accepted] && accepted == $"{variants.Length}");
    }

    private static void Check(TemporaryDirectory directory, bool withBuffer, IReadOnlyDictionary<string, string>? environment, params string[] program)
    {
        foreach (string config in (string[])[Learned, ByRule, Experiment])
        {
            string state = directory[$"state-{config.Length}"];
            string actual = Toolchain.Run(Toolchain.NativeAot, environment, [.. program, config, Toolchain.Queries, state]);
            Assert.Equal(Transcript.Expected(config, withBuffer), actual);
        }
    }
}
