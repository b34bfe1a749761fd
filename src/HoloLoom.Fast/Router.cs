using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using HoloLoom.Fast.Classification;
using HoloLoom.Fast.Internals;
using HoloLoom.Fast.Learning;
using HoloLoom.Fast.Sampling;
using HoloLoom.Fast.Strategies;

namespace HoloLoom.Fast;

/// <summary>
/// Routes queries to backends and learns from outcomes. The life of a query: <see cref="Route(string)"/> classifies the text, a strategy
/// chooses among the available backends, and the decision carries an id; <see cref="Record(DecisionId, in Outcome)"/> credits the outcome
/// to the posterior of that (query type, backend) cell, which the next draw uses.
/// </summary>
/// <remarks>
/// One router serves all threads. Deciding takes no lock, allocates nothing, and writes only memory of the calling thread.
/// Dispose it to flush its state and free its directory.
/// </remarks>
/// <example>
/// <code>
/// using var router = new Router();
/// Decision decision = router.Route("who wrote this paper");
/// string backend = router.Backends[decision.Backend];
/// router.Record(decision.Id, new Outcome(Relevance: 0.9, LatencyMs: 35));
/// </code>
/// </example>
public sealed partial class Router : IDisposable
{
    private readonly RouterOptions _options;
    private readonly string[] _backends;
    private readonly string[] _queryTypes;
    private readonly ulong _allBackends;
    private readonly int[] _preferred;
    private readonly int[] _fallback;
    private readonly RuleClassifier _rules;
    private readonly IQueryClassifier? _customClassifier;
    private readonly IRoutingStrategy _strategy;
    private readonly RewardRule? _reward;
    private readonly Func<Outcome, double>? _customReward;
    private readonly PosteriorTable _posteriors;
    private readonly LaneRegistry<LaneState> _lanes;

    /// <summary>Builds a router, and opens <see cref="RouterOptions.StateDirectory"/> if one is given.</summary>
    /// <param name="options">Null: the defaults.</param>
    /// <exception cref="RouterConfigurationException">An option is not usable; the exception tells which and why.</exception>
    /// <exception cref="PlatformNotSupportedException">The environment variable HOLOLOOM_KERNEL names no kernel that this processor and build have.</exception>
    /// <exception cref="IOException">The state directory is in use, cannot be read or written, or holds no intact state.</exception>
    public Router(RouterOptions? options = null)
        : this(options, loadFrom: null, predecessor: null)
    {
    }

    private Router(RouterOptions? options, string? loadFrom, Router? predecessor)
    {
        if (SamplerKernels.Problem is string problem)
        {
            throw new PlatformNotSupportedException(problem);
        }

        _options = (options ?? new RouterOptions()).Validated();
        _backends = [.. _options.Backends];
        _queryTypes = [.. _options.QueryTypes.Select(static type => type.Name)];
        _allBackends = _backends.Length == 64 ? ulong.MaxValue : (1UL << _backends.Length) - 1;
        _preferred = [.. _options.QueryTypes.Select(type => Array.IndexOf(_backends, type.Backend))];
        _rules = BuildRules(_options);
        _customClassifier = _options.Classifier;
        _fallback = [.. _options.Fallback!.Select(name => Array.IndexOf(_backends, name))];
        _strategy = _options.CustomStrategy ?? BuiltInStrategies.Create(_options.Strategy, _fallback);
        (_reward, _customReward) = BuildReward(_options.Reward);
        _decay = _options.HalfLife is TimeSpan halfLife ? new ForwardDecay(halfLife, _options.TimeProvider, from: predecessor?._decay?.Now) : null;
        (double[] priorAlpha, double[] priorBeta) = BuildPrior(_options, _queryTypes, _backends);
        _posteriors = new PosteriorTable(_queryTypes.Length, _backends.Length, priorAlpha, priorBeta, _decay);
        _exposureCounters = _queryTypes.Length * _backends.Length;
        _experiment = BuildExperiment(priorAlpha, priorBeta);
        Variants = _experiment is null ? [] : [.. _experiment.Arms.Select(static arm => arm.Name)];
        _ledger = new OutcomeLedger(_options.DuplicateWindow);
        _amendments = new OutcomeLedger(_options.DuplicateWindow);
        ulong seed = _options.Seed ?? RandomWord();
        OpenState(seed, loadFrom, predecessor);
        _lanes = new LaneRegistry<LaneState>(_exposureCounters + TrafficPlan.Slots, LaneStates(seed));
        StartBackgroundFlush(isSuccessor: predecessor is not null);
    }

    /// <summary>The backends' names; a decision's <see cref="Decision.Backend"/> is an index into them.</summary>
    public IReadOnlyList<string> Backends => _backends;

    /// <summary>The query types' names; a decision's <see cref="Decision.QueryType"/> is an index into them.</summary>
    public IReadOnlyList<string> QueryTypes => _queryTypes;

    /// <summary>The strategy's name.</summary>
    public string Strategy => _strategy.Name;

    /// <summary>The options in force, as checked: with the fallback list and the type for what matches nothing filled in.</summary>
    public RouterOptions Options => _options;

    /// <summary>The set of the named backends.</summary>
    /// <param name="names">Names from <see cref="Backends"/>.</param>
    /// <exception cref="ArgumentException">A name is not a backend of this router.</exception>
    public BackendSet SetOf(params ReadOnlySpan<string> names)
    {
        ulong mask = 0;
        foreach (string name in names)
        {
            int backend = Array.IndexOf(_backends, name);
            if (backend < 0)
            {
                throw new ArgumentException($"'{name}' is not a backend of this router; it has {string.Join(", ", _backends)}.", nameof(names));
            }

            mask |= 1UL << backend;
        }

        return new BackendSet(mask);
    }

    /// <summary>Decides where a query goes, with every backend available.</summary>
    /// <param name="query">The query; any length, any content.</param>
    public Decision Route(string query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return Route(query.AsSpan(), BackendSet.All);
    }

    /// <summary>Decides where a query goes.</summary>
    /// <param name="query">The query, UTF-16; any length, any content.</param>
    /// <param name="available">The backends that may be chosen.</param>
    /// <exception cref="ArgumentException"><paramref name="available"/> holds none of the router's backends.</exception>
    /// <exception cref="ObjectDisposedException">The router is disposed.</exception>
    public Decision Route(ReadOnlySpan<char> query, BackendSet available)
    {
        ulong mask = Mask(available);
        Lane<LaneState> lane = _lanes.Current;
        ClassifiedQuery classified = _customClassifier is null ? _rules.Classify(query) : Checked(_customClassifier.Classify(query));
        return Decide(lane, classified, mask, default);
    }

    /// <inheritdoc cref="Route(ReadOnlySpan{char}, BackendSet)"/>
    /// <param name="utf8Query">The query, UTF-8; any length, any bytes. Invalid sequences read as U+FFFD.</param>
    /// <param name="available">The backends that may be chosen.</param>
    public Decision Route(ReadOnlySpan<byte> utf8Query, BackendSet available)
    {
        ulong mask = Mask(available);
        Lane<LaneState> lane = _lanes.Current;
        ClassifiedQuery classified = _customClassifier is null ? _rules.Classify(utf8Query) : Checked(_customClassifier.Classify(utf8Query));
        return Decide(lane, classified, mask, default);
    }

    /// <summary>Tells the router what became of a decision. Outcomes may come late, in any order, from any thread, and more than once.</summary>
    /// <param name="id">The decision's id.</param>
    /// <param name="outcome">What became of it.</param>
    /// <returns>Whether it was learned from, and if not, why.</returns>
    /// <exception cref="ArgumentException">The outcome is not valid (<see cref="Outcome.Validate"/>), or the reward function's result is outside 0..1; nothing was recorded.</exception>
    public RecordResult Record(DecisionId id, in Outcome outcome)
    {
        if (outcome.Validate() is string problem)
        {
            throw new ArgumentException($"The outcome cannot be recorded: {problem}.", nameof(outcome));
        }

        return Credit(id, outcome);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Mask(BackendSet available)
    {
        ulong mask = available.Mask & _allBackends;
        if (mask == 0)
        {
            ThrowNoneAvailable();
        }

        return mask;
    }

    // An id is the router's own if it has not left the process since it was made: then its check would only repeat what made it.
    private RecordResult Credit(DecisionId id, in Outcome outcome, bool failed = false, bool counted = true, bool isOwn = false)
    {
        if (Volatile.Read(ref _successor) is { } successor)
        {
            return successor.Credit(id, outcome, failed, counted);
        }

        if (!TryOpen(id, isOwn, out OpenedId opened, out int queryType, out int backend, out int variant, out RecordResult refusal))
        {
            return refusal;
        }

        double reward = failed ? 0 : RewardOf(outcome);
        ulong block = opened.Sequence >> OutcomeLedger.BlockBits;
        LedgerStripe stripe = _ledger.Stripe(opened.Boot, block);
        stripe.Enter();
        if (_handedOver)
        {
            stripe.Exit();
            return CreditHeir(id, outcome, failed, counted);
        }

        try
        {
            Claim claim = stripe.TryClaim(opened.Boot << BlockNumberBits | block, (int)opened.Sequence & ((1 << OutcomeLedger.BlockBits) - 1));
            if (claim == Claim.First)
            {
                // Inside the stripe's lock, so that a snapshot holds both the bit and what was learned, or neither.
                if (_experiment is null || variant < 0)
                {
                    _posteriors.Update(queryType, backend, reward, outcome.LatencyMs);
                }
                else
                {
                    CreditVariant(opened, queryType, backend, variant, reward, outcome, failed, counted);
                }

                return RecordResult.Accepted;
            }

            return claim == Claim.Again ? RecordResult.Duplicate : RecordResult.Expired;
        }
        finally
        {
            stripe.Exit();
        }
    }

    private bool TryOpen(DecisionId id, bool isOwn, out OpenedId opened, out int queryType, out int backend, out int variant, out RecordResult refusal)
    {
        (queryType, backend, variant, refusal) = (0, 0, 0, RecordResult.Unknown);
        if (isOwn)
        {
            opened = DecisionSeal.Open(id, Volatile.Read(ref _boot), _generations.Current);
        }
        else if (!_seal.TryOpen(id, Volatile.Read(ref _boot), _generations.Current, _options.Node, out opened))
        {
            Interlocked.Increment(ref _unknown);
            return false;
        }

        if (!_generations.TryFind(opened, out queryType, out backend, out variant))
        {
            Interlocked.Increment(ref _foreign);
            refusal = RecordResult.Expired;
            return false;
        }

        return true;
    }

    private double RewardOf(in Outcome outcome) => _reward is { } rule
        ? rule.Evaluate(outcome.EffectiveRelevance, outcome.LatencyMs, outcome.Cost ?? 0)
        : CustomReward(outcome);

    private double CustomReward(in Outcome outcome)
    {
        double reward = _customReward!(outcome);
        return reward >= 0 && reward <= 1
            ? reward
            : throw new ArgumentException(FormattableString.Invariant($"The reward function gave {reward}; a number from 0 to 1 is expected."), nameof(outcome));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ClassifiedQuery Checked(ClassifiedQuery classified)
    {
        if ((uint)classified.QueryType >= (uint)_queryTypes.Length)
        {
            ThrowQueryType(classified.QueryType);
        }

        return classified;
    }

    [DoesNotReturn]
    private void ThrowQueryType(int queryType) => throw new InvalidOperationException(
        $"The classifier answered query type {queryType}; the router has {_queryTypes.Length}, counted from 0.");
}
