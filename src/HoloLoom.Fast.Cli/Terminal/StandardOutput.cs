using Microsoft.Win32.SafeHandles;

namespace HoloLoom.Fast.Cli.Terminal;

/// <summary>Standard output as bytes.</summary>
internal static class StandardOutput
{
    /// <summary>Opens a stream that reports a closed pipe as an <see cref="IOException"/>; see <see cref="IsClosedPipe"/>.</summary>
    /// <remarks>
    /// The console's own stream swallows the error of a closed pipe, and a program at the head of <c>| head</c> would work on to the
    /// end of its input. A file stream reports it, but writes a regular file at positions of its own, which overwrites what another
    /// process writes to the same open file (<c>(a; b) &gt; file</c>): those keep the console's stream.
    /// </remarks>
    public static Stream Open()
    {
        try
        {
            var direct = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            return OperatingSystem.IsWindows() || direct.CanSeek ? Console.OpenStandardOutput() : direct;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CliException("cannot write the results", $"standard output: {exception.Message}", "Redirect it to a file or a pipe.", exception);
        }
    }

    /// <summary>Whether the write failed because the reader has gone: EPIPE, or its Windows names.</summary>
    public static bool IsClosedPipe(IOException exception) =>
        exception.HResult is 32 or unchecked((int)0x8007006D) or unchecked((int)0x800700E8);

    /// <summary>Whether standard output is a terminal.</summary>
    public static bool IsTerminal => !Console.IsOutputRedirected;
}
