using Microsoft.Win32.SafeHandles;

namespace HoloLoom.Fast.Cli.Text;

/// <summary>The input of a command: a named file, or standard input.</summary>
internal sealed class InputFile : IDisposable
{
    private InputFile(Stream stream, string name, long? length)
    {
        Stream = stream;
        Name = name;
        Length = length;
    }

    public Stream Stream { get; }

    /// <summary>The file's name as the user gave it, or <c>stdin</c>.</summary>
    public string Name { get; }

    /// <summary>The length in bytes; null unless it is a regular file.</summary>
    public long? Length { get; }

    /// <summary>Opens a file for reading; <c>-</c> and null are standard input.</summary>
    /// <exception cref="CliException">It cannot be opened.</exception>
    public static InputFile Open(string? path)
    {
        try
        {
            if (path is null or "-")
            {
                return new InputFile(OpenStandardInput(), "stdin", null);
            }

            if (Directory.Exists(path))
            {
                throw new CliException("cannot read", $"{path} is a directory", "Name a file, or - for standard input.");
            }

            // Unbuffered: blocks are read whole. Sharing is unrestricted: reading a file that is being written is the user's business.
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
            return new InputFile(file, path, file.CanSeek && file.Length > 0 ? file.Length : null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            string name = path is null or "-" ? "standard input" : path;
            throw new CliException("cannot read", $"{name}: {Reason(exception)}", "Check the name and the permissions; - is standard input.", exception);
        }
    }

    public void Dispose() => Stream.Dispose();

    private static Stream OpenStandardInput() => OperatingSystem.IsWindows()
        ? Console.OpenStandardInput()
        : new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);

    private static string Reason(Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => "no such file",
        UnauthorizedAccessException => "permission denied",
        _ => exception.Message,
    };
}
