using HoloLoom.Fast.Persistence;

namespace HoloLoom.Fast;

public sealed partial class Router
{
    // Held while a successor is built, so that whoever has an outcome for what was handed over waits for it.
    private readonly Lock _successionGate = new();
    private Router? _successor;

    // Set with all stripes held, and read with one held.
    private bool _handedOver;
    private long[] _countsAtHandOver = [];

    /// <summary>
    /// Builds a router that goes on in this one's place under another configuration: with everything that was learned, its counts, the
    /// duplicate window, the key, and the state directory. No outcome is lost or counted twice, whatever other threads do meanwhile.
    /// </summary>
    /// <remarks>
    /// This router still decides, for callers that have not noticed yet, and hands on what is reported to it: <c>Record</c>, <c>Amend</c>,
    /// <see cref="Flush"/> and <see cref="Save"/> are the successor's from now on, as are ids of either at either. Dispose it when nobody
    /// decides by it any more; its last decisions are counted then. Names that the new configuration lacks are set aside, and
    /// <see cref="StateMessages"/> of the successor tells so.
    /// </remarks>
    /// <param name="options">The new configuration. Its state directory is this router's, or not given.</param>
    /// <returns>The successor.</returns>
    /// <exception cref="RouterConfigurationException">An option is not usable; this router goes on as before.</exception>
    /// <exception cref="ArgumentException">The options name another state directory.</exception>
    /// <exception cref="InvalidOperationException">There is a successor already.</exception>
    /// <exception cref="IOException">The state could not be written; this router goes on as before.</exception>
    /// <exception cref="ObjectDisposedException">The router is disposed.</exception>
    public Router Succeed(RouterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        lock (_successionGate)
        {
            if (_successor is not null)
            {
                throw new InvalidOperationException("This router has a successor already: call its Succeed.");
            }

            lock (_flushGate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                if (options.StateDirectory is string other && Path.GetFullPath(other) != _directory?.Path)
                {
                    throw new ArgumentException(
                        $"The options name the state directory '{other}', the router has {(_directory is null ? "none" : $"'{_directory.Path}'")}: leave it out, it is taken over.",
                        nameof(options));
                }

                Router successor;
                try
                {
                    successor = new Router(options with { StateDirectory = _directory?.Path }, loadFrom: null, predecessor: this);
                }
                catch
                {
                    _handedOver = false;
                    throw;
                }

                _flushTimer?.Dispose();
                (_flushTimer, _directory) = (null, null);
                Volatile.Write(ref _successor, successor);
                return successor;
            }
        }
    }

    // Everything, as another process would read it: the successor shares no object with this router.
    private StateSnapshot HandOver() => StateCodec.Decode(StateCodec.Encode(TakeSnapshot(withLedger: true, handOver: true)));

    // The router that learns in this one's place now; null if a successor was begun but could not be built.
    private Router? Heir()
    {
        lock (_successionGate)
        {
            return _successor;
        }
    }

    private RecordResult CreditHeir(DecisionId id, in Outcome outcome, bool failed, bool counted) =>
        Heir() is { } heir ? heir.Credit(id, outcome, failed, counted) : Credit(id, outcome, failed, counted);

    // What this router decided after it had handed over; by name, as the last in line may be configured otherwise again.
    private void CountLastDecisions()
    {
        Router last = this;
        while (Volatile.Read(ref last._successor) is { } next)
        {
            last = next;
        }

        if (last == this)
        {
            return;
        }

        long[] counts = Counts();
        for (int i = 0; i < counts.Length; i++)
        {
            counts[i] -= _countsAtHandOver[i];
        }

        lock (last._flushGate)
        {
            last.Add(this, counts);
        }
    }

    private void Add(Router earlier, long[] counts)
    {
        long[] decisions = [.. _retained.Decisions];
        for (int cell = 0; cell < earlier._exposureCounters; cell++)
        {
            int row = Array.IndexOf(_queryTypes, earlier._queryTypes[cell / earlier._backends.Length]);
            int backend = Array.IndexOf(_backends, earlier._backends[cell % earlier._backends.Length]);
            if (row >= 0 && backend >= 0)
            {
                decisions[row * _backends.Length + backend] += counts[cell];
            }
        }

        var byStrategy = new Dictionary<string, long>(_retained.DecisionsByStrategy);
        foreach ((string strategy, long count) in earlier.ByStrategy(counts))
        {
            byStrategy[strategy] = byStrategy.GetValueOrDefault(strategy) + count;
        }

        if (_experiment is { } experiment && earlier._experiment is { } before && before.Options.Name == experiment.Options.Name)
        {
            for (int slot = 0; slot < TrafficPlan.Slots; slot++)
            {
                int arm = slot & (TrafficPlan.SliceBit - 1);
                int now = arm < before.Arms.Length ? Array.FindIndex(experiment.Arms, known => known.Name == before.Arms[arm].Name) : -1;
                if (now >= 0)
                {
                    experiment.RetainedExposures[now | (slot & TrafficPlan.SliceBit)] += counts[earlier._exposureCounters + slot];
                }
            }
        }

        // Replaced, not changed: somebody may be reading it.
        _retained = new RetainedState
        {
            Decisions = decisions,
            DecisionsByStrategy = byStrategy,
            OutcomesByResult = _retained.OutcomesByResult,
            SetAside = _retained.SetAside,
        };
        Interlocked.Increment(ref _trafficMoves);
    }
}
