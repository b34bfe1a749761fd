using System.Text;
using HoloLoom.Fast.Internals;
using HoloLoom.Fast.Learning;
using HoloLoom.Fast.Strategies;

namespace HoloLoom.Fast;

/// <summary>What decides for one variant, or for the router itself.</summary>
internal sealed record Arm(string Name, IRoutingStrategy Strategy, PosteriorTable Posteriors);

/// <summary>An experiment as a router runs it: its arms, how traffic is divided, and what outcomes added up to.</summary>
internal sealed class RunningExperiment
{
    private TrafficPlan _plan;
    private bool _byUnit;

    /// <param name="options">Checked.</param>
    /// <param name="arms">The variants and, last, the holdout, which is the router itself.</param>
    public RunningExperiment(ExperimentOptions options, Arm[] arms)
    {
        (Options, Arms) = (options, arms);
        Hash = UnitHash.Of(Encoding.UTF8.GetBytes(options.Name));
        Questions = [.. options.Variants.Select(static variant => UnitHash.VariantQuestion(Encoding.UTF8.GetBytes(variant.Name)))];
        _plan = PlanFor([.. options.Variants.Select(static variant => variant.Weight)]);
        Tallies = [.. Enumerable.Range(0, OutcomeLedger.Stripes).Select(_ => NewTally())];
        Retained = NewTally();
    }

    public ExperimentOptions Options { get; }

    public Arm[] Arms { get; }

    public UnitHash Hash { get; }

    public ulong[] Questions { get; }

    /// <summary>One a stripe of the ledger, under the stripe's lock.</summary>
    public ExperimentTally[] Tallies { get; }

    /// <summary>What earlier processes counted.</summary>
    public ExperimentTally Retained { get; }

    /// <summary>Decisions per slot of earlier processes.</summary>
    public long[] RetainedExposures { get; } = new long[TrafficPlan.Slots];

    /// <summary>Slice decisions per slot that were made before the running variants last changed: no ratio can be asked of them.</summary>
    public long[] BeforeChange { get; } = new long[TrafficPlan.Slots];

    /// <summary>What was done with the traffic, oldest first. Replaced, never changed.</summary>
    public IReadOnlyList<TrafficStep> Steps { get; set; } = [];

    /// <summary>The weights in force; NaN for a variant that was taken out.</summary>
    public double[] Weights { get; private set; } = [];

    /// <summary>Held while somebody looks at the results and acts on them.</summary>
    public Lock Supervision { get; } = new();

    /// <summary>Whether a decision was ever assigned by unit, also by an earlier process.</summary>
    public bool ByUnit
    {
        get => Volatile.Read(ref _byUnit);
        set => Volatile.Write(ref _byUnit, value);
    }

    public TrafficPlan Plan => Volatile.Read(ref _plan);

    public void SetWeights(double[] weights) => Volatile.Write(ref _plan, PlanFor(weights));

    /// <summary>A unit's slot.</summary>
    /// <param name="unit">UTF-8.</param>
    public int Sticky(ReadOnlySpan<byte> unit)
    {
        NoteUnit();
        return Plan.Sticky(unit);
    }

    /// <inheritdoc cref="Sticky(ReadOnlySpan{byte})"/>
    /// <param name="unit">UTF-16.</param>
    public int Sticky(ReadOnlySpan<char> unit)
    {
        NoteUnit();
        return Plan.Sticky(unit);
    }

    // Written once, so that threads go on sharing the line.
    private void NoteUnit()
    {
        if (!_byUnit)
        {
            ByUnit = true;
        }
    }

    private TrafficPlan PlanFor(double[] weights)
    {
        Weights = weights;
        return new TrafficPlan(Hash, Questions, weights, Options.Holdout, Options.Exploration);
    }

    public ExperimentTally NewTally() => new(Options.Variants.Count, Options.Guardrails.P95LatencyMs ?? double.PositiveInfinity);
}

/// <summary>One change of an experiment's traffic.</summary>
/// <param name="At">When.</param>
/// <param name="Kind">What was done: <c>promote</c> or <c>roll back</c>.</param>
/// <param name="Variant">The variant that won, or that was taken out.</param>
/// <param name="Reason">Why, with the numbers.</param>
public sealed record TrafficStep(DateTimeOffset At, string Kind, string Variant, string Reason);
