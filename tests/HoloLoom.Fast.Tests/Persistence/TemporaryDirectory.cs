namespace HoloLoom.Fast.Tests.Persistence;

/// <summary>A directory of the test's own, removed with all it holds.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("hololoom-test-");

    public string Path => _directory.FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string[] Names => [.. Directory.EnumerateFileSystemEntries(Path).Select(static p => System.IO.Path.GetFileName(p)).Order(StringComparer.Ordinal)];

    public void Dispose() => _directory.Delete(recursive: true);
}
