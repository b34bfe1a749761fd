using HoloLoom.Fast.Learning;
using HoloLoom.Fast.Persistence;
using HoloLoom.Fast.Sampling;

namespace HoloLoom.Fast;

public sealed partial class Router
{
    private readonly Lock _flushGate = new();
    private readonly OutcomeLedger _ledger;

    // Which outcomes were amended. A stripe of it is touched only under the lock of the ledger's stripe of the same number.
    private readonly OutcomeLedger _amendments;
    private readonly ForwardDecay? _decay;
    private readonly List<string> _stateMessages = [];
    private Generations _generations = null!;
    private RetainedState _retained = new();
    private DecisionSeal _seal;
    private ulong _boot = 1;
    private ulong _key0;
    private ulong _key1;
    private long _unknown;
    private long _foreign;
    private StateDirectory? _directory;
    private Timer? _flushTimer;
    private long _flushRequests;
    private long _flushesDone;
    private long _flushedActivity;
    private long _flushErrors;

    // The last moment of which it is known that everything was on disk.
    private long _savedAt;
    private bool _disposed;

    /// <summary>What opening the state directory had to tell: a damaged file passed over, learned cells that the configuration no longer has.</summary>
    public IReadOnlyList<string> StateMessages => _stateMessages;

    /// <summary>The error of the last background flush, or null if it went well. Nothing is lost by one: it is tried again, and <see cref="Flush"/> throws its own.</summary>
    public Exception? BackgroundFlushError { get; private set; }

    /// <summary>How the saving of what was learned goes. Waits for nothing, not even for a flush that hangs.</summary>
    public FlushState GetFlushState()
    {
        if (Volatile.Read(ref _successor) is { } successor)
        {
            return successor.GetFlushState();
        }

        long errors = Volatile.Read(ref _flushErrors);
        return _directory is null || _disposed || NoteIfSaved()
            ? new FlushState(TimeSpan.Zero, errors)
            : new FlushState(_options.TimeProvider.GetElapsedTime(Volatile.Read(ref _savedAt)), errors);
    }

    /// <summary>Writes what was learned to the state directory. When it returns, everything recorded before the call is on disk.</summary>
    /// <remarks>Calls that wait for the same write share it. Without a state directory there is nothing to do.</remarks>
    /// <exception cref="IOException">The state could not be written; the previous state is intact, and what was learned stays in memory.</exception>
    public void Flush()
    {
        if (Volatile.Read(ref _successor) is { } successor)
        {
            successor.Flush();
            return;
        }

        if (_directory is null)
        {
            return;
        }

        long request = Interlocked.Increment(ref _flushRequests);
        lock (_flushGate)
        {
            if (_flushesDone >= request)
            {
                return;
            }

            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_directory is not null)
            {
                Commit();
                return;
            }
        }

        // Handed over while this waited.
        _successor!.Flush();
    }

    /// <summary>Writes the state a last time, frees the directory, and ends the router.</summary>
    /// <exception cref="IOException">The state could not be written; the directory is freed all the same.</exception>
    public void Dispose()
    {
        lock (_flushGate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _flushTimer?.Dispose();
            try
            {
                if (_directory is not null && Activity() != _flushedActivity)
                {
                    Commit();
                }
            }
            finally
            {
                _directory?.Dispose();
                CountLastDecisions();
                _lanes.Dispose();
            }
        }
    }

    // With the flush gate held.
    private void Commit()
    {
        long covers = Volatile.Read(ref _flushRequests);
        long now = _options.TimeProvider.GetTimestamp();
        long activity = Activity();
        try
        {
            _directory!.Commit(TakeSnapshot(withLedger: true));
        }
        catch
        {
            Interlocked.Increment(ref _flushErrors);
            throw;
        }

        _flushesDone = covers;
        Volatile.Write(ref _savedAt, now);
        Volatile.Write(ref _flushedActivity, activity);
    }

    // What is unwritten later is younger than this moment.
    private bool NoteIfSaved()
    {
        long now = _options.TimeProvider.GetTimestamp();
        if (Activity() != Volatile.Read(ref _flushedActivity))
        {
            return false;
        }

        Volatile.Write(ref _savedAt, now);
        return true;
    }

    private void OpenState(ulong seed, string? loadFrom, Router? predecessor)
    {
        // With a seed, ids are part of what is reproduced, so their key follows from it.
        var keys = new SplitMix64(~seed);
        (_key0, _key1) = _options.Seed is null ? (RandomWord(), RandomWord()) : (keys.Next(), keys.Next());
        StateSnapshot? saved = null;
        if (predecessor is not null)
        {
            saved = Adopt(new LoadResult(predecessor.HandOver(), RecoveredFromPrevious: false, []));
            _directory = predecessor._directory;
            _flushErrors = predecessor._flushErrors;
        }
        else if (_options.StateDirectory is string path)
        {
            _directory = StateDirectory.Open(path, out LoadResult loaded);
            saved = Adopt(loaded);
        }
        else if (loadFrom is not null)
        {
            saved = TakeOver(loadFrom);
        }

        _generations = new Generations(
            saved?.Generations ?? [], _queryTypes, _backends, _options.Experiment?.Name ?? "", [.. Variants]);
        BeginBoot(_boot);
        if (saved is not null)
        {
            Restore(saved);
        }
    }

    private StateSnapshot? Adopt(LoadResult loaded)
    {
        _stateMessages.AddRange(loaded.Messages);
        if (loaded.Snapshot is { } saved)
        {
            (_key0, _key1) = (saved.Key0, saved.Key1);

            // The previous file may be of an earlier boot than the damaged one: step over the numbers that it may have used.
            _boot = saved.Boot + (loaded.RecoveredFromPrevious ? 16UL : 1UL);
        }

        return loaded.Snapshot;
    }

    private void BeginBoot(ulong boot)
    {
        _seal = new DecisionSeal(_key0, _key1, boot, _generations.Current, _options.Node);
        Volatile.Write(ref _boot, boot);
        if (_directory is not null && _lanes is not null)
        {
            Flush();
        }
    }

    private void StartBackgroundFlush(bool isSuccessor)
    {
        if (_directory is null)
        {
            return;
        }

        try
        {
            // The boot number must be on disk before an id carries it.
            Flush();
        }
        catch
        {
            if (!isSuccessor)
            {
                _directory.Dispose();
            }

            _lanes.Dispose();
            throw;
        }

        if (_options.FlushInterval != Timeout.InfiniteTimeSpan)
        {
            _flushTimer = new Timer(static router => ((Router)router!).BackgroundFlush(), this, _options.FlushInterval, _options.FlushInterval);
        }
    }

    private void BackgroundFlush()
    {
        try
        {
            if (!_disposed && !NoteIfSaved())
            {
                Flush();
            }

            BackgroundFlushError = null;
        }
        catch (Exception problem) when (problem is IOException or ObjectDisposedException)
        {
            BackgroundFlushError = problem;
        }
    }

    // Grows with every decision and every outcome; equal values mean that there is nothing new to write.
    private long Activity()
    {
        long activity = Volatile.Read(ref _trafficMoves) + Volatile.Read(ref _unknown) + Volatile.Read(ref _foreign);
        for (int i = 0; i < OutcomeLedger.Stripes; i++)
        {
            foreach (long answers in (ReadOnlySpan<long>)[.. _ledger.StripeAt(i).Answers, .. _amendments.StripeAt(i).Answers])
            {
                activity += answers;
            }
        }

        return activity + Counts().Take(_exposureCounters).Sum();
    }

    // Decisions per cell, then per slot of an experiment.
    private long[] Counts()
    {
        var counts = new long[_exposureCounters + TrafficPlan.Slots];
        _lanes.AddTo(counts);
        return counts;
    }
}
