using System.Globalization;

namespace HoloLoom.Fast.Persistence;

/// <summary>Holds a directory for one opener, in this process or another. The operating system lets go of it when the process ends, however it ends.</summary>
internal sealed class DirectoryLock : IDisposable
{
    public const string LockName = "state.lock";
    public const string OwnerName = "state.owner";

    private readonly FileStream _held;
    private readonly string _owner;

    private DirectoryLock(FileStream held, string owner)
    {
        _held = held;
        _owner = owner;
    }

    /// <summary>Takes the lock.</summary>
    /// <exception cref="IOException">Another opener holds it, or the lock file cannot be created.</exception>
    public static DirectoryLock Take(string directory)
    {
        string owner = Path.Combine(directory, OwnerName);
        FileStream held;
        try
        {
            held = new FileStream(Path.Combine(directory, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (IsSharingViolation(e))
        {
            throw new IOException(InUse(directory, owner), e);
        }

        // In a file of its own: a locked file cannot be read. It serves the message alone, so failing to write it is no reason to stop.
        try
        {
            File.WriteAllText(owner, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }

        return new DirectoryLock(held, owner);
    }

    public void Dispose()
    {
        try
        {
            File.Delete(_owner);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A stale owner is overwritten by the next one.
        }

        // The lock file stays: removing it would let two openers hold locks on two files of the same name.
        _held.Dispose();
    }

    private static string InUse(string directory, string owner)
    {
        string who = "another process";
        try
        {
            if (int.TryParse(File.ReadAllText(owner), NumberStyles.None, CultureInfo.InvariantCulture, out int process))
            {
                who = process == Environment.ProcessId
                    ? string.Create(CultureInfo.InvariantCulture, $"process {process}, which is this one (dispose the other router first)")
                    : string.Create(CultureInfo.InvariantCulture, $"process {process}");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The owner may be writing its number this instant.
        }

        return $"The state directory '{directory}' is in use by {who}. One router uses a state directory at a time: stop the other, or choose another directory.";
    }

    // EWOULDBLOCK of flock: 11 on Linux, 35 on macOS and the BSDs; ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION on Windows.
    private static bool IsSharingViolation(IOException e) => OperatingSystem.IsWindows()
        ? (e.HResult & 0xFFFF) is 32 or 33
        : e.HResult is 11 or 35;
}
