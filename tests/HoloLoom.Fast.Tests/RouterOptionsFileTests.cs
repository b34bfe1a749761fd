using System.Runtime.Versioning;
using HoloLoom.Fast.Tests.Persistence;

namespace HoloLoom.Fast.Tests;

public sealed class RouterOptionsFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_file_is_read() => Assert.Equal("rules", RouterOptions.FromFile(File("""{"strategy":"rules"}""")).Strategy);

    [Fact]
    public void What_was_written_is_read()
    {
        string path = _directory["router.json"];
        System.IO.File.WriteAllBytes(path, new RouterOptions { Node = 9 }.ToJson());
        Assert.Equal(9, RouterOptions.FromFile(path).Node);
    }

    [Fact]
    public void An_error_names_the_file_beside_the_path() => AssertError(File("""{"node":-1}"""), "$.node", "whole number");

    [Fact]
    public void An_empty_file_is_not_taken_for_the_defaults() => AssertError(File(""), "$", "empty");

    [Fact]
    public void A_missing_file_is_an_error()
    {
        AssertError(_directory["none.json"], "$", "there is no file");
        AssertError(Path.Combine(_directory.Path, "none", "none.json"), "$", "there is no file");
    }

    [Fact]
    public void A_directory_is_an_error() => AssertError(_directory.Path, "$", "cannot be read");

    [Fact]
    public void A_path_that_cannot_be_is_an_error() => AssertError("a\0b", "$", "cannot be read");

    [SkippableFact]
    [UnsupportedOSPlatform("windows")]
    public void A_file_without_permission_is_an_error()
    {
        Skip.If(OperatingSystem.IsWindows(), "Unix permissions");
        string path = File("{}");
        System.IO.File.SetUnixFileMode(path, UnixFileMode.None);
        Unprivileged.Run(() => AssertError(path, "$", "cannot be read"));
    }

    [SkippableFact]
    public void A_file_without_end_is_an_error()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs /dev/zero");
        AssertError("/dev/zero", "$", "16 MiB");
    }

    [Fact]
    public void No_path_is_the_callers_mistake()
    {
        Assert.Throws<ArgumentNullException>(() => RouterOptions.FromFile(null!));
        Assert.Throws<ArgumentException>(() => RouterOptions.FromFile(""));
    }

    private string File(string json)
    {
        string path = _directory["router.json"];
        System.IO.File.WriteAllText(path, json);
        return path;
    }

    private static void AssertError(string file, string path, string reason)
    {
        RouterConfigurationException e = Assert.Throws<RouterConfigurationException>(() => RouterOptions.FromFile(file));
        Assert.Equal(path, e.Path);
        Assert.Contains(reason, e.Reason, StringComparison.Ordinal);
        Assert.Contains(file, e.Message, StringComparison.Ordinal);
    }
}
