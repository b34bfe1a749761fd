using HoloLoom.Fast.Classification;
using HoloLoom.Fast.Learning;

namespace HoloLoom.Fast;

public sealed partial class Router
{
    /// <summary>Whether the reward is a user's function.</summary>
    internal bool HasCustomReward => _customReward is not null;

    /// <summary>A unit's slot of the experiment; −1 without a unit or an experiment.</summary>
    /// <param name="unit">UTF-16.</param>
    internal int SlotOf(string? unit) => unit is null || _experiment is null ? -1 : _experiment.Sticky(unit);

    /// <summary>Chooses a backend for a query; the decision is made of it by <see cref="Choice.Seal"/>, which can wait until the backend is at work.</summary>
    /// <param name="query">The classified query.</param>
    /// <param name="available">The backends that may be chosen.</param>
    /// <param name="unit">What must stay with its variant of the experiment, or null.</param>
    internal Choice Choose(ClassifiedQuery query, BackendSet available, string? unit) =>
        Choose(_lanes.Current, Checked(query), Mask(available), default, SlotOf(unit));

    /// <summary>
    /// An id for a further call of an execution: decided by the variant of its decision, so that the same posteriors learn, but no exposure of
    /// the experiment.
    /// </summary>
    /// <param name="decision">The execution's decision.</param>
    /// <param name="query">The classified query.</param>
    /// <param name="available">The backend to call.</param>
    internal Decision RouteWithin(in Decision decision, ClassifiedQuery query, BackendSet available)
    {
        if (_experiment is null)
        {
            return Route(query, available);
        }

        Arm arm = _experiment.Arms[decision.Variant];
        return Choice.Of(this, arm.Strategy, arm.Posteriors, decision.Variant, _lanes.Current, Checked(query), Mask(available), default).Seal(this);
    }

    /// <summary>Learns from one call of an execution; an experiment counts executions, by <see cref="CountExecution"/>.</summary>
    /// <param name="id">The call's id, as this router gave it.</param>
    /// <param name="outcome">What became of the call.</param>
    internal RecordResult RecordCall(DecisionId id, in Outcome outcome) => Credit(id, outcome, counted: false, isOwn: true);

    /// <summary>Counts an execution as an outcome of its variant. Nothing is learned.</summary>
    /// <param name="decision">The execution's decision.</param>
    /// <param name="outcome">What became of the execution as a whole.</param>
    /// <param name="failed">Whether no backend answered.</param>
    internal void CountExecution(in Decision decision, in Outcome outcome, bool failed)
    {
        if (_experiment is not { } experiment)
        {
            return;
        }

        bool inSlice = (decision.Flags & DecisionFlags.UniformSlice) != 0;
        if (Volatile.Read(ref _successor) is not null || !TryCountExecution(decision.Variant, inSlice, outcome, failed))
        {
            CountAtHeir(experiment.Options.Name, experiment.Arms[decision.Variant].Name, inSlice, outcome, failed);
        }
    }

    // False if this router was handed over, or is about to be: then nothing was counted.
    private bool TryCountExecution(int variant, bool inSlice, in Outcome outcome, bool failed)
    {
        double reward = failed ? 0 : RewardOf(outcome);
        int stripe = Environment.CurrentManagedThreadId & (OutcomeLedger.Stripes - 1);
        LedgerStripe gate = _ledger.StripeAt(stripe);
        gate.Enter();
        try
        {
            if (_handedOver)
            {
                return false;
            }

            Count(_experiment!.Tallies[stripe], variant, inSlice, reward, outcome, failed);
            return true;
        }
        finally
        {
            gate.Exit();
        }
    }

    // By name, as for ids: the last in line may have other variants, or none. What is not its variant's any more is nobody's.
    private void CountAtHeir(string experiment, string variant, bool inSlice, in Outcome outcome, bool failed)
    {
        Router last = this;
        int known;
        do
        {
            while (last.Heir() is { } next)
            {
                last = next;
            }

            known = last._experiment is { } running && running.Options.Name == experiment
                ? Array.FindIndex(running.Arms, arm => arm.Name == variant)
                : -1;
        }
        while (known >= 0 && !last.TryCountExecution(known, inSlice, outcome, failed));
    }
}
