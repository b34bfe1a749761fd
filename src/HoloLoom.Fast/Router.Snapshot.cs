using System.Runtime.InteropServices;
using HoloLoom.Fast.Learning;
using HoloLoom.Fast.Persistence;

namespace HoloLoom.Fast;

public sealed partial class Router
{
    /// <summary>Copies the state at one moment: no outcome is in it by half.</summary>
    private StateSnapshot TakeSnapshot(bool withLedger, bool handOver = false)
    {
        var snapshot = new StateSnapshot
        {
            Boot = _boot,
            Key0 = _key0,
            Key1 = _key1,
            SavedAt = _decay?.Now ?? _options.TimeProvider.GetUtcNow(),
            HalfLifeSeconds = _options.HalfLife?.TotalSeconds,
            Generations = [.. _generations.Known],
            OutcomesByResult = [.. _retained.OutcomesByResult],
            DecisionsByStrategy = new Dictionary<string, long>(_retained.DecisionsByStrategy),
        };
        var blocks = new List<(ulong Key, ulong[] Bits)>();
        var amended = new List<(ulong Key, ulong[] Bits)>();
        _ledger.EnterAll();
        try
        {
            for (int i = 0; i < OutcomeLedger.Stripes; i++)
            {
                LedgerStripe stripe = _ledger.StripeAt(i);
                snapshot.OutcomesByResult[(int)RecordResult.Accepted] += stripe.Answers[(int)Claim.First];
                snapshot.OutcomesByResult[(int)RecordResult.Duplicate] += stripe.Answers[(int)Claim.Again];
                snapshot.OutcomesByResult[(int)RecordResult.Expired] += stripe.Answers[(int)Claim.TooOld];
                if (withLedger)
                {
                    stripe.CopyTo(blocks);
                    _amendments.StripeAt(i).CopyTo(amended);
                }
            }

            snapshot.Ledger.Floors = Floors(_ledger);
            snapshot.Amendments.Floors = Floors(_amendments);

            // Once, because deciding goes on meanwhile.
            long[] counts = Counts();
            AddCells(snapshot, counts.AsSpan(0, _exposureCounters));
            AddDecisions(snapshot, counts);
            AddExperiments(snapshot, counts.AsSpan(_exposureCounters));
            if (handOver)
            {
                (_countsAtHandOver, _handedOver) = (counts, true);
            }
        }
        finally
        {
            _ledger.ExitAll();
        }

        snapshot.OutcomesByResult[(int)RecordResult.Expired] += Volatile.Read(ref _foreign);
        snapshot.OutcomesByResult[(int)RecordResult.Unknown] += Volatile.Read(ref _unknown);
        snapshot.Ledger.Blocks.AddRange(blocks.Select(AsSaved));
        snapshot.Amendments.Blocks.AddRange(amended.Select(AsSaved));
        return snapshot;
    }

    private static ulong[] Floors(OutcomeLedger ledger) => [.. Enumerable.Range(0, OutcomeLedger.Stripes).Select(i => ledger.StripeAt(i).Floor)];

    private static LedgerBlock AsSaved((ulong Key, ulong[] Bits) block) =>
        new() { Key = block.Key, Bits = MemoryMarshal.AsBytes(block.Bits.AsSpan()).ToArray() };

    private void AddCells(StateSnapshot snapshot, ReadOnlySpan<long> decisions)
    {
        for (int row = 0; row < _queryTypes.Length; row++)
        {
            for (int backend = 0; backend < _backends.Length; backend++)
            {
                int cell = row * _backends.Length + backend;
                CellEvidence evidence = _posteriors.Read(row, backend);
                long earlier = _retained.Decisions.Length > 0 ? _retained.Decisions[cell] : 0;
                CellState state = StateOf(row, backend, evidence);
                state.Decisions = earlier + decisions[cell];
                snapshot.Cells.Add(state);
            }
        }

        snapshot.Cells.AddRange(_retained.SetAside);
    }

    private void AddDecisions(StateSnapshot snapshot, ReadOnlySpan<long> counts)
    {
        foreach ((string strategy, long decisions) in ByStrategy(counts))
        {
            snapshot.DecisionsByStrategy[strategy] = snapshot.DecisionsByStrategy.GetValueOrDefault(strategy) + decisions;
        }
    }

    private Dictionary<string, long> ByStrategy(ReadOnlySpan<long> counts)
    {
        var sums = new Dictionary<string, long>();
        if (_experiment is null)
        {
            long total = 0;
            foreach (long decisions in counts[.._exposureCounters])
            {
                total += decisions;
            }

            if (total > 0)
            {
                sums[Strategy] = total;
            }

            return sums;
        }

        ReadOnlySpan<long> exposures = counts[_exposureCounters..];
        for (int slot = 0; slot < exposures.Length; slot++)
        {
            if (exposures[slot] > 0)
            {
                string strategy = _experiment.Arms[slot & (TrafficPlan.SliceBit - 1)].Strategy.Name;
                sums[strategy] = sums.GetValueOrDefault(strategy) + exposures[slot];
            }
        }

        return sums;
    }

    private void Restore(StateSnapshot saved)
    {
        // Evidence that had aged by then is not to be younger now, whatever the clock on the wall says.
        _decay?.AdvanceTo(saved.SavedAt);
        _posteriors.Refresh();
        Array.ForEach(_experiment?.Arms ?? [], static arm => arm.Posteriors.Refresh());
        RestoreExperiments(saved);
        var decisions = new long[_queryTypes.Length * _backends.Length];
        var setAside = new List<CellState>();
        foreach (CellState cell in saved.Cells)
        {
            int row = Array.IndexOf(_queryTypes, cell.QueryType);
            int backend = Array.IndexOf(_backends, cell.Backend);
            if (row < 0 || backend < 0)
            {
                (cell.Successes, cell.Failures, cell.Epoch) = InUnitsOfNow(cell, saved);
                setAside.Add(cell);
                if (cell.Outcomes > 0)
                {
                    string missing = row < 0 ? $"query type '{cell.QueryType}'" : $"backend '{cell.Backend}'";
                    _stateMessages.Add(
                        $"What was learned for ({cell.QueryType}, {cell.Backend}) from {cell.Outcomes} outcomes is set aside: the {missing} is not in " +
                        "the configuration. It stays in the state, and is used again if the name comes back.");
                }

                continue;
            }

            decisions[row * _backends.Length + backend] = cell.Decisions;
            _posteriors.Restore(row, backend, Converted(cell, saved));
        }

        Restore(_ledger, saved.Ledger);
        Restore(_amendments, saved.Amendments);
        _retained = new RetainedState
        {
            Decisions = decisions,
            DecisionsByStrategy = saved.DecisionsByStrategy,
            OutcomesByResult = saved.OutcomesByResult,
            SetAside = setAside,
        };
    }

    private CellEvidence Converted(CellState cell, StateSnapshot saved)
    {
        (double successes, double failures, long epoch) = InUnitsOfNow(cell, saved);
        return new CellEvidence(
            cell.PriorAlpha, cell.PriorBeta, successes, failures, epoch, cell.Outcomes, cell.RewardSum, cell.LatencySumMs, cell.LatencyMaxMs);
    }

    // Under another half-life than it was saved with, evidence is taken at what it counted for when it was saved.
    private (double Successes, double Failures, long Epoch) InUnitsOfNow(CellState cell, StateSnapshot saved)
    {
        if (saved.HalfLifeSeconds == _options.HalfLife?.TotalSeconds)
        {
            return (cell.Successes, cell.Failures, cell.Epoch);
        }

        double savedSeconds = (saved.SavedAt - DateTimeOffset.UnixEpoch).TotalSeconds;
        double counted = saved.HalfLifeSeconds is double before ? ForwardDecay.Effective(1, cell.Epoch, savedSeconds / before) : 1;
        long epoch = 0;
        if (_options.HalfLife is TimeSpan now)
        {
            double age = savedSeconds / now.TotalSeconds;
            epoch = (long)Math.Floor(age);
            counted *= double.Exp2(age - epoch);
        }

        return (cell.Successes * counted, cell.Failures * counted, epoch);
    }

    private static void Restore(OutcomeLedger ledger, LedgerState saved)
    {
        for (int i = 0; i < Math.Min(saved.Floors.Length, OutcomeLedger.Stripes); i++)
        {
            ledger.StripeAt(i).RaiseFloor(saved.Floors[i]);
        }

        foreach (LedgerBlock block in saved.Blocks)
        {
            ulong boot = block.Key >> BlockNumberBits;
            ulong number = block.Key & ((1UL << BlockNumberBits) - 1);
            ledger.Stripe(boot, number).Restore(block.Key, MemoryMarshal.Cast<byte, ulong>(block.Bits));
        }
    }
}
