using System.Text.RegularExpressions;

namespace HoloLoom.Fast.Integration.Native;

/// <summary>The library as a file: its symbols, its size, what lies beside it, and what it says on a processor that it cannot use.</summary>
public sealed class LibraryTests
{
    // Five million bytes, promised to those who ship it.
    private const long LargestLibrary = 5_000_000;

    private static string Library => Path.Combine(Toolchain.Libraries, "libhololoom_fast.so");

    [SkippableFact]
    public void The_library_exports_the_functions_of_the_header_and_nothing_else()
    {
        string[] declared = Declared();
        string symbols = Toolchain.Run(Toolchain.NativeAot, Toolchain.Program("nm"), "-D", "--defined-only", Library);
        string[] exported = Found(symbols, @"^\S+ [^A] ([^@\s]+)");
        Assert.NotEmpty(declared);
        Assert.Equal(declared.Order(), exported.Order());
    }

    [Theory]
    [InlineData("cpp", "include/hololoom_fast.hpp")]
    [InlineData("python", "bindings/python/native/*.c")]
    [InlineData("python", "bindings/python/src/hololoom_fast/_*.py")]
    [InlineData("node", "bindings/node/addon.c")]
    [InlineData("go", "bindings/go/hololoom.go")]
    [InlineData("rust", "bindings/rust/src/ffi.rs")]
    [InlineData("dotnet", "bindings/dotnet/HoloLoom.Fast.Interop/NativeMethods.cs")]
    public void A_binding_has_all_functions_of_the_header_but_those_that_it_says_to_leave_out(string binding, string files)
    {
        string folder = Path.Combine(Toolchain.NativeAot, Path.GetDirectoryName(files)!);
        string source = string.Concat(Directory.EnumerateFiles(folder, Path.GetFileName(files)).Select(File.ReadAllText));
        string rows = File.ReadAllText(Path.Combine(Toolchain.NativeAot, "bindings", "README.md"));
        MatchCollection table = Regex.Matches(rows, @"^\|(?<functions> `hlf_.+?)\|(?<bindings>.+?)\|", RegexOptions.Multiline);
        IEnumerable<string> leftOut = from row in table
                                      where row.Groups["bindings"].Value.Split(',', StringSplitOptions.TrimEntries).Contains(binding)
                                      from function in Found(row.Groups["functions"].Value, @"`(hlf_\w+)`")
                                      select function;
        Assert.Equal(leftOut.Order(), Declared().Except(Found(source, @"\b(hlf_\w+)")).Order());
    }

    [SkippableFact]
    public void The_library_is_small_stripped_and_needs_nothing_but_libc()
    {
        Assert.InRange(new FileInfo(Library).Length, 1, LargestLibrary);
        string sections = Toolchain.Run(Toolchain.NativeAot, Toolchain.Program("readelf"), "-SdW", Library);
        Assert.DoesNotContain(".debug_info", sections, StringComparison.Ordinal);
        Assert.Contains("soname: [libhololoom_fast.so.1]", sections, StringComparison.Ordinal);
        string[] needed = Found(sections, @"Shared library: \[([^\]]+)\]");
        Assert.Subset(new HashSet<string> { "libc.so.6", "libm.so.6", "libgcc_s.so.1", "ld-linux-x86-64.so.2" }, needed.ToHashSet());
    }

    [SkippableFact]
    public void Pkg_config_tells_a_compiler_all_it_needs()
    {
        using var directory = new TemporaryDirectory();
        var environment = new Dictionary<string, string> { ["PKG_CONFIG_PATH"] = Path.Combine(Toolchain.Layout, "pkgconfig") };
        string pkgConfig = Toolchain.Program("pkg-config");
        string flags = Toolchain.Run(Toolchain.NativeAot, environment, pkgConfig, "--cflags", "--libs", "hololoom_fast").Trim();
        string version = Toolchain.Run(Toolchain.NativeAot, environment, pkgConfig, "--modversion", "hololoom_fast").Trim();
        Assert.Equal(typeof(Router).Assembly.GetName().Version!.ToString(3), version);
        string program = directory["example"];
        Toolchain.Run(
            Toolchain.NativeAot,
            [
                Toolchain.Program("gcc", "clang"), "-std=c11", "bindings/c/example.c", "-o", program,
                .. flags.Split(' '), $"-Wl,-rpath,{Toolchain.Libraries}",
            ]);
        Assert.Contains("relationship -> neo4j", Toolchain.Run(directory.Path, program), StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("c11", "gcc", "hololoom_fast.h")]
    [InlineData("c11", "clang", "hololoom_fast.h")]
    [InlineData("c++17", "g++", "hololoom_fast.hpp")]
    [InlineData("c++17", "clang++", "hololoom_fast.hpp")]
    public void Each_header_stands_alone_can_be_included_twice_and_gives_no_warning(string standard, string compiler, string header)
    {
        using var directory = new TemporaryDirectory();
        string source = directory.Write(standard == "c11" ? "twice.c" : "twice.cpp", $"#include <{header}>\n#include <{header}>\nint present;\n");
        Toolchain.Run(
            directory.Path,
            Toolchain.Program(compiler), $"-std={standard}", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror",
            "-I", Toolchain.Include, "-c", source, "-o", directory["twice.o"]);
    }

    [Theory]
    [InlineData("include/hololoom_fast.h", @"#define HLF_VERSION_\w+ (\d+)")]
    [InlineData("bindings/python/pyproject.toml", @"^version = ""(.+)""")]
    [InlineData("bindings/python/src/hololoom_fast/__init__.py", @"^__version__ = ""(.+)""")]
    [InlineData("bindings/node/package.json", @"""version"": ""(.+)""")]
    [InlineData("bindings/rust/Cargo.toml", @"^version = ""(.+)""")]
    public void Every_package_has_the_version_of_the_engine(string file, string pattern)
    {
        string text = File.ReadAllText(Path.Combine(Toolchain.NativeAot, file));
        Assert.Equal(typeof(Router).Assembly.GetName().Version!.ToString(3), string.Join('.', Found(text, pattern)));
    }

    // Nehalem has no AVX at all; the others lack one thing that compilers use without being asked to.
    [SkippableTheory]
    [InlineData("Nehalem")]
    [InlineData("max,-avx2")]
    [InlineData("max,-bmi2")]
    [InlineData("max,-movbe")]
    [InlineData("max,-abm")]
    public void On_a_processor_without_the_instructions_every_call_says_so_and_the_process_lives(string processor)
    {
        using var directory = new TemporaryDirectory();
        string program = Toolchain.Compile(directory, "bindings/c/tests/processor.c");
        string answer = Toolchain.Run(directory.Path, Toolchain.Program("qemu-x86_64"), "-cpu", processor, program);
        Assert.Equal("HLF_ERROR_CPU: This processor lacks instructions", answer.Split(" that")[0]);
        Assert.Equal("HLF_OK\n", Toolchain.Run(directory.Path, program));
    }

    private static string[] Declared() =>
        Found(File.ReadAllText(Path.Combine(Toolchain.NativeAot, "include", "hololoom_fast.h")), @"^HLF_API [^(]*?(hlf_\w+)\(");

    // What the group of a pattern matched, line by line.
    private static string[] Found(string text, string pattern) =>
        [.. Regex.Matches(text, pattern, RegexOptions.Multiline).Select(static match => match.Groups[1].Value)];
}
