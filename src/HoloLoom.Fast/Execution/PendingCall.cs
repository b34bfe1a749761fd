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
    private ManualResetValueTaskSourceCore<BackendAnswer> _answer;
    private PatternContext _context = null!;
    private DecisionId _id;
    private int _backend;
    private int _isEnded;

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

        // With what is ambient to the caller, such as what a trace belongs to: a repetition and the user's judgement of relevance see it.
        _attempt.OnCompleted(AttemptEnded);
        return new(this, _answer.Version);
    }

    BackendAnswer IValueTaskSource<BackendAnswer>.GetResult(short token) => _answer.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<BackendAnswer>.GetStatus(short token) => _answer.GetStatus(token);

    void IValueTaskSource<BackendAnswer>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute() => Abandon(new TimeoutRejectedException("The backend did not answer in time."));

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
            _ = GoOnAsync(GuardedCall.OfBackend(error), isAbandoned: false);
            return;
        }

        _takeBack.Unregister();
        BackendGuard.Release(_source, _link, _token);
        _guard.Exit();
        Finish(reply);
    }

    private void TakeBack()
    {
        if (TryEnd())
        {
            _guard.Limits.Remove(this);
            Abandon(new OperationCanceledException(_token));
        }
    }

    private void Abandon(Exception reason)
    {
        _takeBack.Unregister();
        _link.Unregister();
        BackendGuard.Cancel(_source);
        _ = GoOnAsync(reason, isAbandoned: true);
    }

    private async Task GoOnAsync(Exception firstError, bool isAbandoned)
    {
        GuardedReply reply;
        try
        {
            reply = await new GuardedCall(_guard, _query, _deadline, _token).RunAsync(firstError, isAbandoned).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            _answer.SetException(error);
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
            _answer.SetException(error);
            return;
        }

        _answer.SetResult(answer);
    }

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
