namespace HoloLoom.Fast.Execution;

/// <summary>How long an execution's first call is given until a second one is made beside it. Ends once: with the call, or with the time.</summary>
internal sealed class HedgeWatch : LimitedWait, IThreadPoolWorkItem
{
    private readonly TimeLimits _limits;
    private readonly PendingExecution _call;
    private readonly TaskCompletionSource<BackendAnswer> _answer = new();
    private int _isDecided;

    /// <param name="guard">Of the call's backend, under whose timer the time is.</param>
    /// <param name="call">The call. It is not to have begun to wait.</param>
    /// <param name="time">How long.</param>
    public HedgeWatch(BackendGuard guard, PendingExecution call, TimeSpan time)
    {
        (_limits, _call) = (guard.Limits, call);
        Until = guard.Time.GetTimestamp() + (long)(time.TotalSeconds * guard.Time.TimestampFrequency);
    }

    /// <summary>Begins to watch. Not before the call knows of it.</summary>
    public void Begin() => _limits.Add(this);

    /// <summary>The call has ended. False if the time was over before: then whoever has begun since is to be told what came of the call.</summary>
    public bool TryEnd()
    {
        if (Interlocked.Exchange(ref _isDecided, 1) != 0)
        {
            return false;
        }

        _ = _limits.TryEnd(this);
        return true;
    }

    /// <summary>Tells what came of the call.</summary>
    public void Answered(in BackendAnswer answer) => _answer.SetResult(answer);

    /// <inheritdoc cref="Answered"/>
    public void Failed(Exception error) => _answer.SetException(error);

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute()
    {
        // Decided here and not when the time was over: an answer that came before this thread did is good enough.
        if (Interlocked.Exchange(ref _isDecided, 1) == 0)
        {
            _call.Hedge(_answer.Task);
        }
    }

    /// <inheritdoc/>
    internal override void TimeIsOver() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
}
