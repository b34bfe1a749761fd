using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;

namespace HoloLoom.Fast.Integration;

/// <summary>
/// The program under test as a process: the executable that the environment variable <c>HOLOLOOM_CLI</c> names, or else the assembly
/// that was built along with the tests.
/// </summary>
internal sealed class HololoomProcess : IDisposable
{
    /// <summary>What a server says before each address at which it listens, on standard error.</summary>
    public const string Listening = "hololoom: listening on ";

    // Far beyond what any test takes: a program that hangs is killed, so that the test fails instead of waiting for ever.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;

    private readonly CancellationTokenSource _patience = new(Patience);

    private HololoomProcess(Process process)
    {
        _process = process;
        _patience.Token.Register(process.Kill);
    }

    public int Id => _process.Id;

    public Stream Input => _process.StandardInput.BaseStream;

    public StreamReader Output => _process.StandardOutput;

    public StreamReader Error => _process.StandardError;

    /// <summary>The program and the arguments that it needs in front of its own.</summary>
    public static IReadOnlyList<string> CommandLine { get; } = FindProgram();

    /// <summary>Starts the program with all three streams redirected.</summary>
    public static HololoomProcess Start(params string[] arguments) => StartAs([.. CommandLine, .. arguments]);

    /// <summary>Starts the program with further variables in its environment.</summary>
    public static HololoomProcess StartIn(IReadOnlyDictionary<string, string>? environment, params string[] arguments) =>
        StartAs([.. CommandLine, .. arguments], environment);

    /// <summary>Runs the program to its end.</summary>
    public static Task<Answer> RunAsync(params string[] arguments) => RunAsync(ReadOnlyMemory<byte>.Empty, arguments);

    /// <summary>Runs the program to its end, with text on its standard input.</summary>
    public static Task<Answer> RunWithInputAsync(string input, params string[] arguments) => RunAsync(Encoding.UTF8.GetBytes(input), arguments);

    /// <summary>Runs the program to its end, with bytes on its standard input.</summary>
    public static async Task<Answer> RunAsync(ReadOnlyMemory<byte> input, params string[] arguments)
    {
        using HololoomProcess process = Start(arguments);
        return await process.FinishAsync(input);
    }

    /// <summary>Runs a line of shell with the program as <c>"$@"</c>, for what only a shell can redirect.</summary>
    public static async Task<Answer> RunInShellAsync(string script, params string[] arguments)
    {
        using HololoomProcess process = StartAs(["/bin/sh", "-c", script, "sh", .. CommandLine, .. arguments]);
        return await process.FinishAsync(ReadOnlyMemory<byte>.Empty);
    }

    /// <summary>Sends a signal, by its name without SIG.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{Id}"]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Ends the process as a power cut would, as far as a process can tell.</summary>
    public void Kill() => _process.Kill();

    public async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>Writes the input, closes it, and collects everything until the end.</summary>
    public async Task<Answer> FinishAsync(ReadOnlyMemory<byte> input)
    {
        using var output = new MemoryStream();
        Task copying = Output.BaseStream.CopyToAsync(output);
        Task<string> error = Error.ReadToEndAsync();
        try
        {
            await Input.WriteAsync(input);
            Input.Close();
        }
        catch (IOException)
        {
            // It ended without reading everything; its exit code and messages tell why.
        }

        await copying;
        string errors = await error;
        return new Answer(await WaitAsync(), output.ToArray(), errors);
    }

    public void Dispose()
    {
        _patience.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static HololoomProcess StartAs(string[] commandLine, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(commandLine[0], commandLine[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach ((string key, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        return new HololoomProcess(Process.Start(start)!);
    }

    private static IReadOnlyList<string> FindProgram([CallerFilePath] string thisFile = "")
    {
        if (Environment.GetEnvironmentVariable("HOLOLOOM_CLI") is { Length: > 0 } executable)
        {
            return File.Exists(executable) ? [executable] : throw new FileNotFoundException($"HOLOLOOM_CLI names '{executable}', which does not exist.");
        }

        // bin/CONFIGURATION/net10.0 of this project, and of the program's.
        string built = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        string framework = Path.GetFileName(built);
        string configuration = Path.GetFileName(Path.GetDirectoryName(built)!);
        string root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));
        string assembly = Path.Combine(root, "src", "HoloLoom.Fast.Cli", "bin", configuration, framework, "hololoom.dll");
        return File.Exists(assembly) ? ["dotnet", assembly] : throw new FileNotFoundException($"'{assembly}' is not built.");
    }
}

/// <summary>What a run of the program gave.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="OutputBytes">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record Answer(int ExitCode, byte[] OutputBytes, string Error)
{
    public string Output => Encoding.UTF8.GetString(OutputBytes);

    /// <summary>The lines of standard output.</summary>
    public string[] Lines => Output.Length == 0 ? [] : Output.TrimEnd('\n').Split('\n');

    /// <summary>Asserts that the run failed as a whole: exit code 2, one line in the program's form, and no stack trace.</summary>
    public void AssertFailure(params string[] words)
    {
        Assert.True(ExitCode == 2, $"exit code {ExitCode}, expected 2: {Error}");
        Assert.StartsWith("hololoom: ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", Error, StringComparison.Ordinal);
        foreach (string word in words)
        {
            Assert.Contains(word, Error, StringComparison.Ordinal);
        }
    }

    /// <summary>Asserts the exit code, showing what the program said if it is another.</summary>
    public Answer AssertExit(int code)
    {
        Assert.True(ExitCode == code, $"exit code {ExitCode}, expected {code}: {Error}");
        return this;
    }
}
