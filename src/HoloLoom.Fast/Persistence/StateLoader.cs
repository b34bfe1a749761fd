namespace HoloLoom.Fast.Persistence;

/// <summary>Reads the newest state of a directory that is whole. Changes nothing.</summary>
internal static class StateLoader
{
    /// <summary>Loads the current state, or the previous one where the current is missing or damaged.</summary>
    /// <param name="directory">The directory's full path.</param>
    /// <param name="currentIsBad">Whether there is a current file that cannot be used although the previous one can.</param>
    /// <exception cref="StateCorruptException">There are files and none is usable, or one of them needs a newer version.</exception>
    public static LoadResult Load(string directory, out bool currentIsBad)
    {
        string current = Path.Combine(directory, StateDirectory.CurrentName);
        string previous = Path.Combine(directory, StateDirectory.PreviousName);
        currentIsBad = false;

        StateSnapshot? state = Read(current, out StateCorruptException? currentFault);
        if (state is not null)
        {
            return new LoadResult(state, RecoveredFromPrevious: false, []);
        }

        state = Read(previous, out StateCorruptException? previousFault);
        if (state is not null)
        {
            currentIsBad = currentFault is not null;
            string message = currentFault is null
                ? $"'{current}' is missing: the last commit was cut short. The one before it, '{previous}', was used."
                : $"'{current}' cannot be used: {currentFault.Message}. The commit before it, '{previous}', was used; what was learned between the two is lost.";
            return new LoadResult(state, RecoveredFromPrevious: true, [message]);
        }

        if ((currentFault ?? previousFault) is not StateCorruptException fault)
        {
            return new LoadResult(null, RecoveredFromPrevious: false, []);
        }

        throw new StateCorruptException(
            fault.Fault,
            $"The state in '{directory}' cannot be read: {Describe(StateDirectory.CurrentName, currentFault)}; {Describe(StateDirectory.PreviousName, previousFault)}. "
            + "Nothing was changed. Restore one of them from a backup, or move them away to start without what was learned.",
            fault);
    }

    private static StateSnapshot? Read(string path, out StateCorruptException? fault)
    {
        fault = null;
        byte[] bytes;
        try
        {
            // A writer may rename the file while it is read; it goes on being readable through this handle.
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
        }
        catch (FileNotFoundException)
        {
            return null;
        }

        try
        {
            return StateCodec.Decode(bytes);
        }
        catch (StateCorruptException e) when (e.Fault == StateFault.Newer)
        {
            // Not damage: going back to an older state because the program is older would lose what was learned, without need.
            throw new StateCorruptException(
                e.Fault, $"'{path}' cannot be used: {e.Message}. Nothing was changed. Use the version that wrote it, or another state directory.", e);
        }
        catch (StateCorruptException e)
        {
            fault = e;
            return null;
        }
    }

    private static string Describe(string name, StateCorruptException? fault) => fault is null ? $"{name} is missing" : $"{name}: {fault.Message}";
}
