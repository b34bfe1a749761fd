using System.Diagnostics;
using HoloLoom.Fast.Integration.Native;

namespace HoloLoom.Fast.Integration.Server.Status;

/// <summary>Chromium, and what drives it: Playwright, installed once for all tests.</summary>
public sealed class Browser : IDisposable
{
    // Twice what the longest scenario may wait for.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly TemporaryDirectory _directory = new();
    private readonly Lazy<string> _chromium;

    public Browser() => _chromium = new Lazy<string>(Install);

    /// <summary>Plays a scenario of <c>page.mjs</c>; what it says on standard output is given to a function, line by line.</summary>
    internal async Task PlayAsync(string scenario, string url, string? key = null, Func<string, Task>? said = null)
    {
        // The driver writes below the home directory, which a browser must not share with others.
        var start = new ProcessStartInfo(Toolchain.Program("node"), ["page.mjs", scenario, url, .. (key is null ? (string[])[] : [key])])
        {
            WorkingDirectory = _directory[""],
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["CHROMIUM"] = _chromium.Value;
        using Process process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(s_patience);
        using CancellationTokenRegistration kill = patience.Token.Register(() => process.Kill(entireProcessTree: true));
        Task<string> error = process.StandardError.ReadToEndAsync();
        while (await process.StandardOutput.ReadLineAsync() is string line)
        {
            await (said?.Invoke(line) ?? Task.CompletedTask);
        }

        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{scenario}: {await error}");
    }

    public void Dispose() => _directory.Dispose();

    private string Install()
    {
        string chromium = Toolchain.Program("chromium", "chromium-browser", "google-chrome");
        string npm = Toolchain.Program("npm");
        string source = Path.Combine(Toolchain.Repository, "tests", "HoloLoom.Fast.Integration", "Server", "Status", "browser");
        foreach (string file in Directory.EnumerateFiles(source))
        {
            File.Copy(file, _directory[Path.GetFileName(file)]);
        }

        Toolchain.Run(_directory[""], npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error");
        return chromium;
    }
}
