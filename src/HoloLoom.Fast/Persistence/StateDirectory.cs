using System.Globalization;

namespace HoloLoom.Fast.Persistence;

/// <summary>A directory that holds a state, its predecessor, and a lock. What <see cref="Commit"/> returned from survives a kill at any point.</summary>
/// <remarks>
/// A commit writes <c>state.hlf.tmp</c>, flushes it, renames <c>state.hlf</c> to <c>state.hlf.previous</c>, then the temporary file to
/// <c>state.hlf</c>. Killed before the first rename, <c>state.hlf</c> is the last commit; between the two, <c>state.hlf.previous</c> is;
/// after the second, <c>state.hlf</c> is the new one. A commit that finds no <c>state.hlf</c> leaves the previous file alone, so that
/// the only good file is never renamed over.
/// </remarks>
internal sealed class StateDirectory : IDisposable
{
    public const string CurrentName = "state.hlf";
    public const string PreviousName = "state.hlf.previous";
    public const string TemporaryName = "state.hlf.tmp";

    private readonly Lock _gate = new();
    private readonly StateFiles _files;
    private readonly DirectoryLock _lock;
    private readonly string _current;
    private readonly string _previous;
    private readonly string _temporary;
    private bool _disposed;

    private StateDirectory(string path, StateFiles files, DirectoryLock held)
    {
        Path = path;
        _files = files;
        _lock = held;
        _current = System.IO.Path.Combine(path, CurrentName);
        _previous = System.IO.Path.Combine(path, PreviousName);
        _temporary = System.IO.Path.Combine(path, TemporaryName);
    }

    /// <summary>The directory's full path.</summary>
    public string Path { get; }

    /// <summary>Opens a directory for one writer, creating it if missing, and loads what it holds.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="loaded">What it held.</param>
    /// <exception cref="IOException">In use by another opener, not accessible, or it holds files of which none can be read.</exception>
    public static StateDirectory Open(string path, out LoadResult loaded) => Open(path, StateFiles.OnDisk, out loaded);

    /// <inheritdoc cref="Open(string, out LoadResult)"/>
    internal static StateDirectory Open(string path, StateFiles files, out LoadResult loaded)
    {
        string full = System.IO.Path.GetFullPath(path);
        DirectoryLock? held = null;
        try
        {
            Create(full, files);
            held = DirectoryLock.Take(full);
            var directory = new StateDirectory(full, files, held);
            loaded = directory.Load();
            held = null;
            return directory;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"The state directory '{full}' cannot be used: {e.Message.TrimEnd('.')}. Make it writable for this user, or choose another.", e);
        }
        finally
        {
            held?.Dispose();
        }
    }

    /// <summary>Loads what a directory holds without locking or changing it, also while a router uses it.</summary>
    /// <exception cref="IOException">No such directory, not accessible, or it holds files of which none can be read.</exception>
    public static LoadResult ReadOnly(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        try
        {
            if (!Directory.Exists(full))
            {
                throw new DirectoryNotFoundException($"There is no state directory '{full}'.");
            }

            LoadResult result = StateLoader.Load(full, out _);

            // A writer may have been between its two renames just then; by now it is past them.
            return result.RecoveredFromPrevious && File.Exists(System.IO.Path.Combine(full, CurrentName))
                ? StateLoader.Load(full, out _)
                : result;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"The state directory '{full}' cannot be read: {e.Message.TrimEnd('.')}. Run as the user that owns it.", e);
        }
    }

    /// <summary>Puts a state in the place of the last one and returns once it is on disk.</summary>
    /// <exception cref="IOException">It could not be written; what was committed before is intact.</exception>
    /// <exception cref="ObjectDisposedException">The directory was let go.</exception>
    public void Commit(StateSnapshot snapshot)
    {
        byte[] bytes = StateCodec.Encode(snapshot);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            try
            {
                Replace(bytes);
            }
            catch (Exception e) when (IsFileError(e))
            {
                throw new IOException(
                    $"The state could not be written to '{Path}': {e.Message.TrimEnd('.')}. What was committed before is intact and what was "
                    + $"learned since is kept in memory; make room for {bytes.Length} bytes or make the directory writable, then flush again.",
                    e);
            }
        }
    }

    /// <summary>Lets go of the directory.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _disposed = true;
                _lock.Dispose();
            }
        }
    }

    private void Replace(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _files.Write(_temporary, bytes);
            bool replaces = File.Exists(_current);
            if (replaces)
            {
                _files.Rename(_current, _previous);
            }

            try
            {
                _files.Rename(_temporary, _current);
            }
            catch (Exception e) when (replaces && IsFileError(e))
            {
                Attempt(() => _files.Rename(_previous, _current));
                throw;
            }
        }
        catch (Exception e) when (IsFileError(e))
        {
            Attempt(() => _files.Delete(_temporary));
            throw;
        }

        _files.SyncDirectory(Path);
    }

    private LoadResult Load()
    {
        LoadResult result = StateLoader.Load(Path, out bool currentIsBad);

        // What a killed commit left: never renamed, so never promised.
        Attempt(() => _files.Delete(_temporary));
        if (!currentIsBad)
        {
            return result;
        }

        // Out of the way of the next commit, which would rename it over the only good file, but kept for whoever wants to look into it.
        string aside = $"{_current}.corrupt-{DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmssfffffff'Z'", CultureInfo.InvariantCulture)}";
        _files.Rename(_current, aside);
        _files.SyncDirectory(Path);
        return result with { Messages = [.. result.Messages, $"The unreadable file was kept as '{aside}'."] };
    }

    private static void Create(string path, StateFiles files)
    {
        var missing = new Stack<string>();
        for (string? at = path; at is not null && !Directory.Exists(at); at = System.IO.Path.GetDirectoryName(at))
        {
            if (File.Exists(at))
            {
                throw new IOException($"The state directory '{path}' cannot be created: '{at}' is a file.");
            }

            missing.Push(at);
        }

        Directory.CreateDirectory(path);
        foreach (string made in missing)
        {
            // A file in a directory whose own name is not on disk yet would be lost with it.
            files.SyncDirectory(System.IO.Path.GetDirectoryName(made)!);
        }
    }

    // For steps that tidy up after a failure: their own failure must not hide the first.
    private static void Attempt(Action step)
    {
        try
        {
            step();
        }
        catch (Exception e) when (IsFileError(e))
        {
        }
    }

    private static bool IsFileError(Exception e) => e is IOException or UnauthorizedAccessException;
}
