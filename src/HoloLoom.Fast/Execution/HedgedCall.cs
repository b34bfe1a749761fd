namespace HoloLoom.Fast.Execution;

/// <summary>A call that may be waited for a while first, and taken back.</summary>
/// <remarks>
/// A first attempt (<see cref="PendingCall"/>) can do both by itself. A call that goes through the policies' pipeline is taken back by a token,
/// and waited for as a task.
/// </remarks>
internal sealed class HedgedCall : IDisposable
{
    private readonly TimeProvider _time;
    private readonly PendingCall? _pending;
    private readonly CancellationTokenSource? _source;
    private Task<BackendAnswer>? _task;

    private HedgedCall(TimeProvider time, ValueTask<BackendAnswer> answer, PendingCall? pending, CancellationTokenSource? source) =>
        (_time, Answer, _pending, _source) = (time, answer, pending, source);

    /// <summary>What comes of it. To be awaited once, and not beside <see cref="AnswerAsTask"/>.</summary>
    public ValueTask<BackendAnswer> Answer { get; private set; }

    public bool HasEnded => Answer.IsCompleted;

    /// <summary>Calls a backend. Throws nothing: what the call throws, such as a judgement of relevance, whoever awaits it throws.</summary>
    public static HedgedCall Start(PatternContext context, int backend)
    {
        TimeProvider time = context.Options.TimeProvider;
        CancellationTokenSource? source = null;
        try
        {
            if (!context.IsWatched(backend))
            {
                return new HedgedCall(time, context.CallUnwatchedAsync(backend, out PendingCall? pending), pending, null);
            }

            source = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
            return new HedgedCall(time, context.CallAsync(backend, null, source.Token), null, source);
        }
        catch (Exception error)
        {
            return new HedgedCall(time, ValueTask.FromException<BackendAnswer>(error), null, source);
        }
    }

    /// <summary>Waits until it ends, but no longer than this. True if it has ended. Called once.</summary>
    public ValueTask<bool> EndsWithinAsync(TimeSpan time)
    {
        if (_pending is not null)
        {
            return _pending.EndsWithinAsync(time);
        }

        return AsTaskAsync();

        async ValueTask<bool> AsTaskAsync()
        {
            _task = Answer.AsTask();
            Answer = new(_task);
            await ((Task)_task).WaitAsync(time, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return _task.IsCompleted;
        }
    }

    /// <summary>The answer, to be awaited more than once.</summary>
    public Task<BackendAnswer> AnswerAsTask() => _task ??= Answer.AsTask();

    /// <summary>Ends it, if it has not ended.</summary>
    public void TakeBack()
    {
        _pending?.TakeBack();
        if (_source is not null)
        {
            BackendGuard.Cancel(_source);
        }
    }

    public void Dispose() => _source?.Dispose();
}
