using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Contracts;

/// <summary>Finds the repository that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot([CallerFilePath] string thisFile = "")
    {
        for (string? at = Path.GetDirectoryName(thisFile); at is not null; at = Path.GetDirectoryName(at))
        {
            if (File.Exists(Path.Combine(at, "HoloLoom.Fast.sln")))
            {
                return at;
            }
        }

        throw new DirectoryNotFoundException($"No HoloLoom.Fast.sln above '{thisFile}'.");
    }
}
