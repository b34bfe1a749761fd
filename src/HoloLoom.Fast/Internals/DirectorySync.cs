using System.Runtime.InteropServices;

namespace HoloLoom.Fast.Internals;

/// <summary>Makes renames durable: on Unix a rename is on disk only once the directory that holds the names has been flushed.</summary>
internal static partial class DirectorySync
{
    // errno values that Linux, macOS and the BSDs share.
    private const int Interrupted = 4;
    private const int InvalidArgument = 22;

    private const int ReadOnly = 0;
    private const int LinuxCloseOnExec = 0x80000;

    /// <summary>Flushes a directory's entries to disk. Does nothing on Windows, where the file system keeps renames in order itself.</summary>
    /// <exception cref="IOException">The directory cannot be opened, or the disk reports an error.</exception>
    public static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // The runtime refuses to open directories, hence the system calls.
        int descriptor = Retry(directory, static path => Open(path, OperatingSystem.IsLinux() ? ReadOnly | LinuxCloseOnExec : ReadOnly));
        if (descriptor < 0)
        {
            throw Failure(directory);
        }

        try
        {
            // EINVAL: a file system (some network and overlay ones) that has no such call; it offers nothing better.
            if (Retry(descriptor, Synchronize) < 0 && Marshal.GetLastPInvokeError() != InvalidArgument)
            {
                throw Failure(directory);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static int Retry<T>(T argument, Func<T, int> call)
    {
        int result;
        do
        {
            result = call(argument);
        }
        while (result < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        return result;
    }

    private static IOException Failure(string directory)
    {
        int error = Marshal.GetLastPInvokeError();
        return new IOException($"The directory '{directory}' cannot be flushed to disk: {Marshal.GetPInvokeErrorMessage(error)}.");
    }

    // SAFETY: the text is marshalled to a null-terminated copy for the duration of the call; open's third argument is read only when a
    // file is created, which these flags do not ask for. The descriptor is closed on every path and never leaves this class.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronize(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
