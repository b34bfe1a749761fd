using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Integration.Native;

/// <summary>The published native library, the compilers and interpreters that use it, and programs run with them.</summary>
internal static class Toolchain
{
    // Compilers are slow on a loaded machine; what takes longer hangs.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <summary>Whether nothing may be left out.</summary>
    public static bool IsCi { get; } = Environment.GetEnvironmentVariable("CI") == "true";

    public static string Repository { get; } = FindRepository();

    public static string NativeAot => Path.Combine(Repository, "native-aot");

    public static string Queries => Path.Combine(Repository, "bench", "data", "queries.txt");

    /// <summary>The release layout: what <c>HOLOLOOM_NATIVE</c> names, or else <c>artifacts/native</c>.</summary>
    public static string Layout
    {
        get
        {
            string layout = Environment.GetEnvironmentVariable("HOLOLOOM_NATIVE") is { Length: > 0 } named
                ? named
                : Path.Combine(Repository, "artifacts", "native");
            bool present = File.Exists(Path.Combine(layout, "lib", "libhololoom_fast.so"));
            Require(present, $"there is no native library in '{layout}'; run native-aot/publish");
            return layout;
        }
    }

    public static string Libraries => Path.Combine(Layout, "lib");

    public static string Include => Path.Combine(Layout, "include");

    /// <summary>Skips the test on a user's machine if something it needs is missing; fails it in CI, which installs everything.</summary>
    public static void Require([DoesNotReturnIf(false)] bool present, string missing)
    {
        if (!present)
        {
            Assert.False(IsCi, $"CI must have everything: {missing}");
            Skip.If(true, missing);
            throw new UnreachableException();
        }
    }

    /// <summary>The path of a program.</summary>
    /// <param name="name">Its name, or names of which one will do.</param>
    public static string Program(params string[] name)
    {
        IEnumerable<string> paths = from one in name
                                    from directory in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
                                    select Path.Combine(directory, one);
        string? found = paths.FirstOrDefault(File.Exists);
        Require(found is not null, $"none of these programs is on the PATH: {string.Join(", ", name)}");
        return found!;
    }

    /// <summary>A Python interpreter, if there is one with NumPy, which CI must have so that no test is left out.</summary>
    public static string Python()
    {
        string[] pythons = [Program("python3"), "/usr/bin/python3"];
        string? withNumPy = pythons.FirstOrDefault(static python =>
            File.Exists(python) && RunToEnd("/", null, python, "-c", "import numpy, pip").ExitCode == 0);
        Assert.False(withNumPy is null && IsCi, "CI must have everything: no Python has NumPy and pip");
        return withNumPy ?? pythons[0];
    }

    /// <summary>Installs the published wheel into a folder.</summary>
    public static void InstallWheel(string python, string site) =>
        Run(
            Repository,
            [python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", site,
             Packaged("python", "*.whl", "a Python with setuptools and wheel, to build the package")]);

    /// <summary>A published package.</summary>
    public static string Packaged(string folder, string pattern, string needs)
    {
        string packages = Path.Combine(Layout, folder);
        string? package = Directory.Exists(packages) ? Directory.EnumerateFiles(packages, pattern).SingleOrDefault() : null;
        Require(package is not null, $"'{packages}' holds no {pattern}: publishing needed {needs}");
        return package;
    }

    /// <summary>Runs a program, which must succeed, and returns what it printed.</summary>
    public static string Run(string directory, IReadOnlyDictionary<string, string>? environment, params string[] commandLine)
    {
        (int exitCode, string output, string error) = RunToEnd(directory, environment, commandLine);
        Assert.True(exitCode == 0, $"{string.Join(' ', commandLine)}: exit code {exitCode}\n{error}\n{Tail(output)}");
        return output;
    }

    /// <inheritdoc cref="Run(string, IReadOnlyDictionary{string, string}?, string[])"/>
    public static string Run(string directory, params string[] commandLine) => Run(directory, null, commandLine);

    /// <summary>Runs a program to its end, whatever that is.</summary>
    public static (int ExitCode, string Output, string Error) RunToEnd(
        string directory, IReadOnlyDictionary<string, string>? environment, params string[] commandLine)
    {
        var start = new ProcessStartInfo(commandLine[0], commandLine[1..])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string key, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        using Process process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(s_patience);
        using CancellationTokenRegistration kill = patience.Token.Register(() => process.Kill(entireProcessTree: true));
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    /// <summary>Compiles a C or C++ source of the bindings against the published library, with every warning an error.</summary>
    /// <returns>The program.</returns>
    public static string Compile(TemporaryDirectory directory, string source, params string[] flags)
    {
        bool isCpp = source.EndsWith(".cpp", StringComparison.Ordinal);
        string program = directory[Path.GetFileNameWithoutExtension(source)];
        Run(
            NativeAot,
            [
                isCpp ? Program("g++", "clang++") : Program("gcc", "clang"), isCpp ? "-std=c++17" : "-std=c11",
                "-O2", "-g", "-Wall", "-Wextra", "-Wpedantic", "-Werror", .. flags, "-I", Include, source, "-o", program,
                "-L", Libraries, "-lhololoom_fast", $"-Wl,-rpath,{Libraries}", "-pthread", "-ldl", "-lm",
            ]);
        return program;
    }

    private static string Tail(string text) => text.Length > 4000 ? text[^4000..] : text;

    private static string FindRepository([CallerFilePath] string thisFile = "")
    {
        string? at = Path.GetDirectoryName(thisFile);
        while (at is not null && !File.Exists(Path.Combine(at, "HoloLoom.Fast.sln")))
        {
            at = Path.GetDirectoryName(at);
        }

        return at ?? throw new DirectoryNotFoundException($"No HoloLoom.Fast.sln above '{thisFile}'.");
    }
}
