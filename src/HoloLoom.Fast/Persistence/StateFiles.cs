using HoloLoom.Fast.Internals;

namespace HoloLoom.Fast.Persistence;

/// <summary>The steps that a commit is made of. Not sealed: tests override a step to make it fail, or to end there as a killed process would.</summary>
internal class StateFiles
{
    public static StateFiles OnDisk { get; } = new();

    /// <summary>Creates or replaces a file and returns once its content is on disk.</summary>
    public virtual void Write(string path, ReadOnlySpan<byte> content)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            // The state holds the key that seals decision ids: whoever reads it can forge them.
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var stream = new FileStream(path, options);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Renames a file, in one step, over whatever has the new name.</summary>
    public virtual void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    /// <summary>Removes a file; no error if there is none.</summary>
    public virtual void Delete(string path) => File.Delete(path);

    /// <summary>Returns once the renames in a directory are on disk.</summary>
    public virtual void SyncDirectory(string path) => DirectorySync.Flush(path);
}
