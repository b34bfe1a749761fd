using HoloLoom.Fast.Persistence;

namespace HoloLoom.Fast;

public sealed partial class Router
{
    /// <summary>
    /// Builds a router that goes on from what <see cref="Save"/> left, or from the state directory of a router that has ended: posteriors,
    /// counts, the key and the duplicate window, so that ids that were given out before can be credited, once. The directory is not kept
    /// open: nothing is written to it until <see cref="Save"/>, except that this load happened, so that no two loads give out the same ids.
    /// </summary>
    /// <param name="directory">The directory.</param>
    /// <param name="options">Null: the defaults. Other names than were saved are matched by name.</param>
    /// <exception cref="ArgumentException">The options have a <see cref="RouterOptions.StateDirectory"/>, which is a state of its own.</exception>
    /// <exception cref="RouterConfigurationException">An option is not usable.</exception>
    /// <exception cref="IOException">The directory is missing, in use, not writable, or holds no intact state.</exception>
    public static Router Load(string directory, RouterOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return options?.StateDirectory is string own
            ? throw new ArgumentException($"The options name the state directory '{own}': build the router without loading, or leave it out.", nameof(options))
            : new Router(options, directory, predecessor: null);
    }

    /// <summary>Writes all that was learned to a directory, for <see cref="Load"/> or as the state directory of a later router; what it held is kept as previous.</summary>
    /// <param name="directory">The directory, created if missing. The router's own: as <see cref="Flush"/>.</param>
    /// <exception cref="IOException">The directory is in use by another router or cannot be written; what it held is intact.</exception>
    /// <exception cref="ObjectDisposedException">The router is disposed.</exception>
    public void Save(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (Volatile.Read(ref _successor) is { } successor)
        {
            successor.Save(directory);
            return;
        }

        if (_directory is not null && _directory.Path == Path.GetFullPath(directory))
        {
            Flush();
            return;
        }

        // One saver of this router at a time: the directory's lock would refuse a second one.
        lock (_flushGate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            using var target = StateDirectory.Open(directory, out LoadResult present);
            StateSnapshot snapshot = TakeSnapshot(withLedger: true);
            if (present.Snapshot is { } earlier && (earlier.Key0, earlier.Key1) == (snapshot.Key0, snapshot.Key1))
            {
                // Others may have loaded this state since: their boots are taken.
                snapshot.Boot = Math.Max(snapshot.Boot, earlier.Boot);
            }

            target.Commit(snapshot);
        }
    }

    /// <summary>The Beta posterior of a query type and backend at this moment.</summary>
    /// <param name="queryType">Index of the query type.</param>
    /// <param name="backend">Index of the backend.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is not one of this router's.</exception>
    public (double Alpha, double Beta) Posterior(int queryType, int backend)
    {
        RequireIndex(queryType, _queryTypes.Length, nameof(queryType));
        RequireIndex(backend, _backends.Length, nameof(backend));
        Learning.CellEvidence cell = _posteriors.Read(queryType, backend);
        return _decay is null
            ? (cell.PriorAlpha + cell.Successes, cell.PriorBeta + cell.Failures)
            : (cell.PriorAlpha + Learning.ForwardDecay.Effective(cell.Successes, cell.Epoch, _decay.Age),
               cell.PriorBeta + Learning.ForwardDecay.Effective(cell.Failures, cell.Epoch, _decay.Age));
    }

    private static void RequireIndex(int index, int count, string name)
    {
        if ((uint)index >= (uint)count)
        {
            throw new ArgumentOutOfRangeException(name, index, FormattableString.Invariant($"{name} is {index}; this router has {count}, counted from 0."));
        }
    }

    // Reads the state and notes in it that its next boot is taken.
    private StateSnapshot TakeOver(string path)
    {
        if (StateDirectory.ReadOnly(path).Snapshot is null)
        {
            throw new FileNotFoundException($"There is no state in '{path}'. Save to it first.", path);
        }

        using var directory = StateDirectory.Open(path, out LoadResult loaded);
        StateSnapshot saved = Adopt(loaded)!;
        saved.Boot = _boot;
        directory.Commit(saved);
        return saved;
    }
}
