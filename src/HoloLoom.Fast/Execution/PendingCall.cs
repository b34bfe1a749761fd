using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Polly.Timeout;

namespace HoloLoom.Fast.Execution;

/// <summary>
/// One call of a backend that has not answered at once. Waits for this first attempt as long as an attempt may take; if it fails, the
/// pipeline goes on from there (<see cref="GuardedCall"/>).
/// </summary>
/// <remarks>
/// Three may end the wait: the backend, the time limit, and the caller's token; the first of them does. Nothing but this object stands between
/// the backend's completion and the pattern's next line: after ten idle milliseconds every object and every method on the way costs its
/// trips to memory.
/// </remarks>
internal sealed class PendingCall : LimitedWait, IValueTaskSource<BackendAnswer>, IThreadPoolWorkItem
{
    private readonly BackendGuard _guard;
    private readonly BackendQuery _query;
    private readonly CancellationToken _token;
    private readonly long _start;
    private readonly long _deadline;
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _link;
    private ConfiguredValueTaskAwaitable<IReadOnlyList<SearchResult>>.ConfiguredValueTaskAwaiter _attempt;
    private CancellationTokenRegistration _takeBack;
    private ExecutionContext? _ambient;
    private CancellationTokenSource? _repetition;
    private EndWatch? _watch;
    private ManualResetValueTaskSourceCore<BackendAnswer> _answer;
    private PatternContext _context = null!;
    private DecisionId _id;
    private int _backend;
    private int _isEnded;
    private int _isTakenBack;

    /// <param name="guard">Of the backend. It has been entered; it is left when the call ends, or when an abandoned attempt does.</param>
    /// <param name="query">What was asked.</param>
    /// <param name="start">When the attempt began.</param>
    /// <param name="deadline">When the call must end, retries included.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="source">The backend's token.</param>
    /// <param name="link">From the caller's token to it.</param>
    /// <param name="token">Takes the call back.</param>
    public PendingCall(
        BackendGuard guard,
        in BackendQuery query,
        long start,
        long deadline,
        ValueTask<IReadOnlyList<SearchResult>> attempt,
        CancellationTokenSource source,
        CancellationTokenRegistration link,
        CancellationToken token)
    {
        (_guard, _query, _start, _deadline, _token, _source, _link) = (guard, query, start, deadline, token, source, link);
        _attempt = attempt.ConfigureAwait(false).GetAwaiter();
        Until = _start + guard.AttemptTicks(deadline - start);
    }

    /// <summary>Waits, and tells the context what came of it. Called once.</summary>
    public ValueTask<BackendAnswer> AnswerAsync(PatternContext context, int backend, DecisionId id)
    {
        (_context, _backend, _id) = (context, backend, id);
        if (_token.CanBeCanceled)
        {
            _takeBack = _token.UnsafeRegister(static call => ((PendingCall)call!).TakeBack(), this);
        }

        // If it was taken back by now, the limit is found to be over in its time, and nothing comes of it.
        _guard.Limits.Add(this);

        // What is ambient to the caller, such as what a trace belongs to, is kept for a repetition and the user's judgement of relevance. The
        // usual way has nothing to see it, and does without what restoring it costs.
        _ambient = ExecutionContext.Capture();
        _attempt.UnsafeOnCompleted(AttemptEnded);
        return new(this, _answer.Version);
    }

    /// <summary>
    /// Waits until the call ends, but no longer than this. True if it has ended: then the answer is there. Called once at most, after
    /// <see cref="AnswerAsync"/>.
    /// </summary>
    public ValueTask<bool> EndsWithinAsync(TimeSpan time)
    {
        var watch = new EndWatch(_guard, time);
        Interlocked.Exchange(ref _watch, watch);
        if (_answer.GetStatus(_answer.Version) != ValueTaskSourceStatus.Pending)
        {
            watch.End(hasEnded: true);
        }

        return watch.AsValueTask();
    }

    /// <summary>Ends the call, a repetition too, if it has not ended.</summary>
    public void TakeBack()
    {
        if (TryEnd())
        {
            _guard.Limits.Remove(this);
            var cancelled = new CancellationToken(canceled: true);
            Abandon(new OperationCanceledException(cancelled), cancelled);
            return;
        }

        // Either this sees the repetition, or the repetition sees this.
        Interlocked.Exchange(ref _isTakenBack, 1);
        if (Volatile.Read(ref _repetition) is { } repetition)
        {
            BackendGuard.Cancel(repetition);
        }
    }

    BackendAnswer IValueTaskSource<BackendAnswer>.GetResult(short token) => _answer.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<BackendAnswer>.GetStatus(short token) => _answer.GetStatus(token);

    void IValueTaskSource<BackendAnswer>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute() => Abandon(new TimeoutRejectedException("The backend did not answer in time."), _token);

    /// <inheritdoc/>
    internal override void TimeIsOver()
    {
        // Whoever waits goes on by this thread, for as long as it likes; others whose time is over do not wait for that.
        if (TryEnd())
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private bool TryEnd() => Interlocked.Exchange(ref _isEnded, 1) == 0;

    private void AttemptEnded()
    {
        if (!TryEnd())
        {
            // Nobody waits for it any more; it counted against the concurrency limit until now, and what it throws is nobody's surprise.
            _guard.Exit();
            Observe();
            return;
        }

        _guard.Limits.Remove(this);
        GuardedReply reply;
        try
        {
            IReadOnlyList<SearchResult> results = ResultCheck.Clean(_attempt.GetResult(), _query.Limit, out double meanScore);
            reply = new GuardedReply(CallStatus.Answered, results, meanScore, null);
        }
        catch (Exception error)
        {
            _takeBack.Unregister();
            _link.Unregister();
            InAmbient(() => _ = RepeatAsync(GuardedCall.OfBackend(error)));
            return;
        }

        _takeBack.Unregister();
        BackendGuard.Release(_source, _link, _token);
        _guard.Exit();
        if (_context.Options.Relevance is null)
        {
            Finish(reply);
        }
        else
        {
            FinishAmbient(reply);
        }
    }

    // A method of its own, so that the usual way makes no closure.
    private void FinishAmbient(GuardedReply reply) => InAmbient(() => Finish(reply));

    private void InAmbient(Action action)
    {
        if (_ambient is null)
        {
            action();
        }
        else
        {
            ExecutionContext.Run(_ambient, static action => ((Action)action!)(), action);
        }
    }

    private void Abandon(Exception reason, CancellationToken token)
    {
        _takeBack.Unregister();
        _link.Unregister();
        BackendGuard.Cancel(_source);
        _ = GoOnAsync(reason, isAbandoned: true, token);
    }

    private async Task RepeatAsync(Exception firstError)
    {
        CancellationTokenSource source = BackendGuard.RentSource();
        CancellationTokenRegistration link = BackendGuard.Link(source, _token);
        Interlocked.Exchange(ref _repetition, source);
        if (Volatile.Read(ref _isTakenBack) != 0)
        {
            BackendGuard.Cancel(source);
        }

        await GoOnAsync(firstError, isAbandoned: false, source.Token).ConfigureAwait(false);
        link.Unregister();
    }

    private async Task GoOnAsync(Exception firstError, bool isAbandoned, CancellationToken token)
    {
        GuardedReply reply;
        try
        {
            reply = await new GuardedCall(_guard, _query, _deadline, token).RunAsync(firstError, isAbandoned).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Answer(error);
            return;
        }

        Finish(reply);
    }

    private void Finish(in GuardedReply reply)
    {
        BackendAnswer answer;
        try
        {
            answer = _context.Finish(_backend, _id, _start, reply);
        }
        catch (Exception error)
        {
            Answer(error);
            return;
        }

        _answer.SetResult(answer);
        TellWatch();
    }

    private void Answer(Exception error)
    {
        _answer.SetException(error);
        TellWatch();
    }

    // The answer was published by an interlocked operation: either this sees the watch, or the watch's owner sees the answer.
    private void TellWatch() => Volatile.Read(ref _watch)?.End(hasEnded: true);

    private void Observe()
    {
        try
        {
            _ = _attempt.GetResult();
        }
        catch (Exception)
        {
            // Told to nobody: the call has ended otherwise.
        }
    }
}
