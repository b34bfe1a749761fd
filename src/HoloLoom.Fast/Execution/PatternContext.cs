using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using HoloLoom.Fast.Classification;
using HoloLoom.Fast.Internals;

namespace HoloLoom.Fast.Execution;

/// <summary>What an execution pattern works with: one query, its decision, and the means to call backends. Every call's outcome is recorded by itself.</summary>
/// <remarks>Calls may run at the same time. A context belongs to one execution, and must not be used once the pattern has returned.</remarks>
public sealed partial class PatternContext
{
    private SpinGate _gate;
    private List<RecordedCall>? _others;
    private int[] _order = [];
    private Orchestrator _owner = null!;
    private ClassifiedQuery _classified;
    private ulong _mask;
    private ulong _asked;
    private ulong _answered;
    private int[]? _plan;
    private int _orderLength;
    private long _start;
    private long _deadline;
    private long _lastEnd;
    private RecordedCall _first;
    private double _bestScore;
    private double _bestRelevance;
    private List<BackendFailure>? _failures;

    // Not 0 once a call was made under the decision's own id; another call of the same backend is a decision of its own.
    private int _isDecisionCalled;

    internal PatternContext()
    {
    }

    /// <summary>The query.</summary>
    public string Query { get; private set; } = "";

    /// <summary>How many results are wanted at most.</summary>
    public int Limit { get; private set; }

    /// <summary>The router's decision.</summary>
    public Decision Decision { get; private set; }

    /// <summary>The caller's token. Calls throw when it is cancelled.</summary>
    public CancellationToken CancellationToken { get; private set; }

    /// <summary>The settings of the built-in patterns.</summary>
    public OrchestratorOptions Options => _owner.Options;

    /// <summary>What is left until the deadline; never negative.</summary>
    public TimeSpan Remaining
    {
        get
        {
            TimeSpan left = Options.TimeProvider.GetElapsedTime(Options.TimeProvider.GetTimestamp(), _deadline);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Whether anything was left until the deadline when the call that ended last ended.</summary>
    internal bool HasTime => LastEnd < _deadline;

    /// <summary>What the strange loop has come to prefer.</summary>
    internal int Preferred { get; set; }

    internal BackendSet Asked => new(Volatile.Read(ref _asked));

    internal BackendSet Answered => new(Volatile.Read(ref _answered));

    /// <summary>The pattern's number.</summary>
    internal int Pattern { get; private set; }

    /// <summary>Whether somebody may know the context for longer than the execution lasts: a call that has not ended at once, or a user's pattern.</summary>
    internal bool HasWaited { get; set; }

    /// <summary>Where the execution will be remembered for feedback, if that was made ready.</summary>
    internal int PlaceForFeedback { get; private set; }

    internal double BestScore => _bestScore;

    internal double BestRelevance => _bestRelevance;

    internal long Start => _start;

    /// <summary>When the call that ended last ended.</summary>
    internal long LastEnd => Volatile.Read(ref _lastEnd);

    internal IReadOnlyList<BackendFailure> Failures
    {
        get
        {
            if (_failures is null)
            {
                return [];
            }

            _gate.Enter();
            BackendFailure[] failures = [.. _failures];
            _gate.Exit();
            return failures;
        }
    }

    /// <summary>
    /// Calls the decision's backend; if it gives no answer, the next alternative, until one answers or none is left. Throws only when the
    /// caller cancels.
    /// </summary>
    /// <returns>The first answer, or the last failure.</returns>
    /// <exception cref="OperationCanceledException">The caller's token is cancelled.</exception>
    public ValueTask<BackendAnswer> CallPrimaryAsync()
    {
        ValueTask<BackendAnswer> pending = CallAsync(Decision.Backend);
        if (!pending.IsCompletedSuccessfully)
        {
            return AwaitAsync(pending);
        }

        BackendAnswer answer = pending.Result;
        return answer.IsAnswered ? new(answer) : FailOverAsync(answer);

        async ValueTask<BackendAnswer> AwaitAsync(ValueTask<BackendAnswer> pending)
        {
            BackendAnswer answer = await pending.ConfigureAwait(false);
            return answer.IsAnswered ? answer : await FailOverAsync(answer).ConfigureAwait(false);
        }
    }

    /// <summary>Calls a backend under its policies. Throws only when the caller cancels: whatever else happens is told by the answer.</summary>
    /// <param name="backend">A backend's index: the decision's, or one from <see cref="NextAlternative"/>.</param>
    /// <param name="previous">The results so far, for the backend to see; null: none.</param>
    /// <param name="cancellationToken">Takes this one call back, besides <see cref="CancellationToken"/>; must be cancelled along with it.</param>
    /// <exception cref="OperationCanceledException">The caller's token is cancelled.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such backend among those that may be asked.</exception>
    public ValueTask<BackendAnswer> CallAsync(
        int backend, IReadOnlyList<SearchResult>? previous = null, CancellationToken? cancellationToken = null)
    {
        bool mayTurnToAnother = IsAnotherLeft(backend);
        return CallAsync(backend, previous ?? [], mayTurnToAnother, isTakenBack: false, cancellationToken ?? CancellationToken, out _, out _);
    }

    /// <summary>The best backend that was not asked yet and can be: of a plan the next one, else by what the router has learned. −1 if there is none.</summary>
    public int NextAlternative()
    {
        _gate.Enter();
        try
        {
            if (_orderLength < 0)
            {
                if (_order.Length == 0)
                {
                    _order = new int[BackendSet.MaxBackends];
                }

                _orderLength = _plan is null
                    ? _owner.Router.CopyAlternatives(Decision, new BackendSet(_mask), _order)
                    : CopyPlan();
            }

            ulong asked = Volatile.Read(ref _asked);
            foreach (int backend in _order.AsSpan(0, _orderLength))
            {
                if ((asked >> backend & 1) == 0 && _owner.Guard(backend).IsAvailable)
                {
                    return backend;
                }
            }

            return -1;
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>
    /// The backend that the router prefers once the score is counted as evidence for this query alone: a draw from the posteriors, the
    /// scored backend's being updated with the score at the weight of <see cref="OrchestratorOptions.EvidenceShare"/>. Nothing is learned.
    /// </summary>
    /// <param name="backend">The backend that answered.</param>
    /// <param name="score">How well, 0..1.</param>
    public int Reconsider(int backend, double score)
    {
        ulong available = Bit(backend) | _owner.Reachable(_mask);
        return _owner.Router.Reconsider(Decision, backend, Math.Clamp(score, 0, 1), Options.EvidenceShare, new BackendSet(available));
    }

    /// <summary>Makes one list of several answers, as the options say; of a single list, that list.</summary>
    /// <param name="answers">Answers of different backends, in the order of the calls.</param>
    public IReadOnlyList<SearchResult> Fuse(IReadOnlyList<BackendAnswer> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        int count = 0;
        for (int i = 0; i < answers.Count; i++)
        {
            count += answers[i].IsAnswered && answers[i].Results.Count > 0 ? 1 : 0;
        }

        if (count == 0)
        {
            return [];
        }

        var found = new BackendAnswer[count];
        for (int i = 0, at = 0; i < answers.Count; i++)
        {
            if (answers[i].IsAnswered && answers[i].Results.Count > 0)
            {
                found[at++] = answers[i];
            }
        }

        return count == 1
            ? found[0].Results
            : Options.Fusion.Fuse(found, Limit) ?? throw new InvalidOperationException($"The fusion {Options.Fusion.GetType().Name} returned null instead of results.");
    }

    /// <summary>What the backend's latest answers took at the quantile that hedging waits for, or the initial delay while too few are known.</summary>
    /// <param name="backend">A backend's index.</param>
    public TimeSpan UsualLatency(int backend)
    {
        LatencyWindow latencies = _owner.Guard(backend).Latencies;
        return latencies.Count >= Options.HedgeMinimumSamples ? TimeSpan.FromMilliseconds(latencies.Quantile()) : Options.HedgeInitialDelay;
    }

    /// <summary>Whether to learn from an answer runs a user's function.</summary>
    internal bool RunsUsersCode => _owner.RunsUsersCode;

    internal BackendGuard GuardOf(int backend) => _owner.Guard(backend);

    internal void Begin(
        Orchestrator owner, in ExecutionRequest request, ClassifiedQuery classified, in Decision decision, int pattern, ulong mask, ulong asked, int[]? plan, long start, CancellationToken token)
    {
        (_owner, Query, Limit, Decision, CancellationToken) = (owner, request.Query, request.Limit, decision, token);
        (_classified, Pattern, _mask, _plan, _start, _deadline) = (classified, pattern, mask, plan, start, start + owner.DeadlineTicks);
        (_asked, _answered, _orderLength, _first, _bestScore, _bestRelevance, _failures) = (asked, 0, -1, default, 0, 0, null);
        (_others, HasWaited, _isDecisionCalled, PlaceForFeedback) = (null, false, asked == 0 ? 0 : 1, FeedbackTable.None);
    }

    /// <summary>The pattern has ended, with these results.</summary>
    /// <exception cref="ExecutionException">No backend answered.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ExecutionResult Complete(IReadOnlyList<SearchResult>? results) => _owner.Complete(this, results);

    /// <summary>The first half of <see cref="Complete"/>: counts the execution, and tells how long it took, in milliseconds.</summary>
    /// <exception cref="ExecutionException">No backend answered.</exception>
    internal double End() => _owner.End(this);

    /// <summary>The second half of <see cref="Complete"/>: frames the results; at any time, and again.</summary>
    internal ExecutionResult Frame(IReadOnlyList<SearchResult> results, double elapsedMs) => _owner.Frame(this, results, elapsedMs);

    /// <summary>Leaves no trace of the execution, so that a kept context keeps nothing alive.</summary>
    internal void Clear() => (_owner, Query, CancellationToken, _plan, _failures) = (null!, "", default, null, null);

    /// <summary>What is to be remembered for feedback; false if nobody answered.</summary>
    internal bool TryGetRecorded(out RecordedCall first, out RecordedCall[]? others)
    {
        first = _first;
        others = _others?.ToArray();
        return _answered != 0;
    }

    private int CopyPlan()
    {
        _plan.CopyTo(_order.AsSpan());
        return _plan!.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Bit(int backend)
    {
        if ((uint)backend >= BackendSet.MaxBackends || (_mask >> backend & 1) == 0)
        {
            ThrowBackend(backend);
        }

        return 1UL << backend;
    }

    [DoesNotReturn]
    private void ThrowBackend(int backend) => throw new ArgumentOutOfRangeException(
        nameof(backend), backend, $"Not one of the backends that may be asked, {new BackendSet(_mask)}.");
}
