using System.Runtime.CompilerServices;
using Polly.Timeout;

namespace HoloLoom.Fast.Execution;

/// <summary>
/// One call of a backend that has not answered at once. Waits for this first attempt as long as an attempt may take; if it fails, the
/// pipeline goes on from there (<see cref="GuardedCall"/>).
/// </summary>
/// <remarks>
/// Three may end the wait: the backend, the time limit, and the caller's token; the first of them does. Nothing but this object stands between
/// the backend's completion and whoever waits: after ten idle milliseconds every object and every method on the way costs its trips to
/// memory.
/// </remarks>
internal abstract class PendingCall : LimitedWait, IThreadPoolWorkItem
{
    private readonly BackendGuard _guard;
    private readonly int _backend;
    private readonly DecisionId _id;
    private readonly long _start;
    private readonly long _deadline;
    private readonly CancellationToken _token;
    private readonly Task<IReadOnlyList<SearchResult>> _attempt;
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _link;
    private readonly ExecutionContext? _ambient;
    private readonly BackendQuery _query;
    private CancellationTokenRegistration _takeBack;
    private CancellationTokenSource? _repetition;
    private int _isTakenBack;

    /// <param name="context">The execution that the call is part of.</param>
    /// <param name="call">The call, in its first attempt.</param>
    protected PendingCall(PatternContext context, in BegunCall call)
    {
        (Context, _backend, _id, _query, _start, _deadline, _token) = (context, call.Backend, call.Id, call.Query, call.Start, call.Until, call.Token);
        (_attempt, _source, _link) = (call.Attempt.Running!, call.Attempt.Source!, call.Attempt.Link);
        _guard = context.GuardOf(call.Backend);
        Until = call.Start + _guard.AttemptTicks(call.Until - call.Start);

        // What is ambient to the caller, such as what a trace belongs to, is kept for whatever runs a user's code: a repetition, another backend,
        // the judgement of relevance. The usual way has nothing to see it, and does without what restoring it costs.
        _ambient = call.Attempt.Ambient;
    }

    protected PatternContext Context { get; }

    /// <summary>Begins to wait. Called once.</summary>
    public void Begin()
    {
        if (_token.CanBeCanceled)
        {
            _takeBack = _token.UnsafeRegister(static call => ((PendingCall)call!).TakeBack(), this);
        }

        _guard.Limits.Add(this);
        _attempt.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(AttemptEnded);
    }

    /// <summary>Ends the call, a repetition too, if it has not ended.</summary>
    public void TakeBack()
    {
        if (_guard.Limits.TryEnd(this))
        {
            var cancelled = new CancellationToken(canceled: true);
            Abandon(new OperationCanceledException(cancelled), cancelled);
            return;
        }

        // Either this sees the repetition, or the repetition sees this.
        Interlocked.Exchange(ref _isTakenBack, 1);
        if (Volatile.Read(ref _repetition) is { } repetition)
        {
            repetition.Cancel();
        }
    }

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute() => Abandon(new TimeoutRejectedException("The backend did not answer in time."), _token);

    /// <inheritdoc/>
    internal override void TimeIsOver()
    {
        // Whoever waits goes on by this thread, for as long as it likes; others whose time is over do not wait for that.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>The call has ended, with this.</summary>
    protected abstract void Settle(in BackendAnswer answer);

    /// <summary>The call has ended with what concerns the caller: the caller cancelled, or a user's function threw.</summary>
    protected abstract void Fail(Exception error);

    /// <summary>Runs what may come to a user's code, with what is ambient to the caller.</summary>
    protected void InAmbient(Action action)
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

    private void AttemptEnded()
    {
        BackendAnswer answer;
        try
        {
            if (!TryFinish(out answer))
            {
                return;
            }
        }
        catch (Exception error)
        {
            Fail(error);
            return;
        }

        Settle(answer);
    }

    // The usual way: an answer that is in order, and nothing of a user's to run. True if that was so; else what is to be done is done elsewhere.
    // Not in the method that catches, where nothing could stay in a register.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryFinish(out BackendAnswer answer)
    {
        long end = Context.Options.TimeProvider.GetTimestamp();
        if (!_guard.Limits.TryEnd(this))
        {
            LeaveUnseen();
            answer = default;
            return false;
        }

        if (!_attempt.IsCompletedSuccessfully
            || !ResultCheck.AreInOrder(_attempt.Result, _query.Limit, out IReadOnlyList<SearchResult>? results, out double meanScore)
            || Context.RunsUsersCode)
        {
            FinishElse(end);
            answer = default;
            return false;
        }

        // The source is left to the collector: to make it ready for another call costs more than it does.
        if (_token.CanBeCanceled)
        {
            Unlink();
        }

        _guard.Succeeded(_query);
        _guard.Exit();
        Context.FinishAnswered(_backend, _id, _start, end, results, meanScore, out answer);
        return true;
    }

    private void FinishElse(long end)
    {
        IReadOnlyList<SearchResult> results;
        double meanScore;
        try
        {
            results = ResultCheck.Clean(_attempt.GetAwaiter().GetResult(), _query.Limit, out meanScore);
        }
        catch (Exception error)
        {
            Unlink();
            InAmbient(() => _ = RepeatAsync(GuardedCall.OfBackend(error)));
            return;
        }

        Unlink();
        _guard.Succeeded(_query);
        _guard.Exit();
        InAmbient(() =>
        {
            BackendAnswer answer;
            try
            {
                Context.FinishAnswered(_backend, _id, _start, end, results, meanScore, out answer);
            }
            catch (Exception error)
            {
                Fail(error);
                return;
            }

            Settle(answer);
        });
    }

    private void Unlink()
    {
        _takeBack.Unregister();
        _link.Unregister();
    }

    // Nobody waits for it any more; it counted against the concurrency limit until now, and what it throws is nobody's surprise.
    private void LeaveUnseen()
    {
        _takeBack.Unregister();
        _guard.Exit();
        _ = _attempt.Exception;
    }

    private void Abandon(Exception reason, CancellationToken token)
    {
        Unlink();
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
            source.Cancel();
        }

        await GoOnAsync(firstError, isAbandoned: false, source.Token).ConfigureAwait(false);
        link.Unregister();
    }

    private async Task GoOnAsync(Exception firstError, bool isAbandoned, CancellationToken token)
    {
        BackendAnswer answer;
        try
        {
            GuardedReply reply = await new GuardedCall(_guard, _query, _deadline, token).RunAsync(firstError, isAbandoned).ConfigureAwait(false);
            Context.Finish(_backend, _id, _start, reply, out answer);
        }
        catch (Exception error)
        {
            Fail(error);
            return;
        }

        Settle(answer);
    }
}
