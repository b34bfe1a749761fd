using System.Threading.Tasks.Sources;

namespace HoloLoom.Fast.Execution;

/// <summary>Waits until a call ends or a time is over, whichever is first.</summary>
internal sealed class EndWatch : LimitedWait, IValueTaskSource<bool>, IThreadPoolWorkItem
{
    private readonly TimeLimits _limits;
    private ManualResetValueTaskSourceCore<bool> _core;
    private int _isEnded;

    /// <param name="guard">Of the call's backend, under whose timer the time is.</param>
    /// <param name="time">How long to wait.</param>
    public EndWatch(BackendGuard guard, TimeSpan time)
    {
        _limits = guard.Limits;
        Until = guard.Time.GetTimestamp() + (long)(time.TotalSeconds * guard.Time.TimestampFrequency);
        _limits.Add(this);
    }

    public ValueTask<bool> AsValueTask() => new(this, _core.Version);

    /// <summary>Ends the wait, unless it has ended.</summary>
    /// <param name="hasEnded">Whether the call has, or else the time.</param>
    public void End(bool hasEnded)
    {
        if (Interlocked.Exchange(ref _isEnded, 1) == 0)
        {
            _limits.Remove(this);
            _core.SetResult(hasEnded);
        }
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    void IThreadPoolWorkItem.Execute() => End(hasEnded: false);

    /// <inheritdoc/>
    internal override void TimeIsOver() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
}
