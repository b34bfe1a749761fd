using System.Threading.Tasks.Sources;

namespace HoloLoom.Fast.Execution;

/// <summary>
/// The first call of an execution, and the execution's result: if the answer suffices, nothing is between the backend and the caller but this
/// object; if it does not, the pattern goes on.
/// </summary>
internal sealed class PendingExecution : PendingCall, IValueTaskSource<ExecutionResult>
{
    private readonly FirstAnswerPattern _pattern;
    private readonly HedgeWatch? _watch;
    private ManualResetValueTaskSourceCore<ExecutionResult> _core;

    public PendingExecution(
        FirstAnswerPattern pattern,
        PatternContext context,
        int backend,
        DecisionId id,
        in BackendQuery query,
        long start,
        long deadline,
        in Attempt attempt,
        CancellationToken token)
        : base(context, backend, id, query, start, deadline, attempt, token)
    {
        _pattern = pattern;
        _watch = pattern.Watch(context, this);
        _watch?.Begin();
    }

    /// <summary>The execution. Like any value task it is to be awaited once; who gets its result early waits for it.</summary>
    public ValueTask<ExecutionResult> AsValueTask() => new(this, _core.Version);

    /// <summary>The call takes longer than it is given: another way to the result begins, with this call's answer among what it may use.</summary>
    /// <param name="first">What comes of this call.</param>
    public void Hedge(Task<BackendAnswer> first) => InAmbient(() => _ = EndAsync(HedgedPattern.RaceAsync(Context, this, first)));

    protected override void Settle(in BackendAnswer answer)
    {
        if (_watch is not null && !_watch.TryEnd())
        {
            _watch.Answered(answer);
            return;
        }

        ExecutionResult result;
        try
        {
            if (!_pattern.Suffices(Context, answer))
            {
                GoOn(answer);
                return;
            }

            result = Context.Complete(answer.Results);
        }
        catch (Exception error)
        {
            _core.SetException(error);
            return;
        }

        _core.SetResult(result);
    }

    protected override void Fail(Exception error)
    {
        if (_watch is not null && !_watch.TryEnd())
        {
            _watch.Failed(error);
            return;
        }

        _core.SetException(error);
    }

    ExecutionResult IValueTaskSource<ExecutionResult>.GetResult(short token)
    {
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            WaitForResult(token);
        }

        return _core.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<ExecutionResult>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<ExecutionResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    // A method of its own, so that the usual way makes no closure.
    private void GoOn(BackendAnswer answer) => InAmbient(() => _ = EndAsync(_pattern.GoOnAsync(Context, answer)));

    private async Task EndAsync(ValueTask<ExecutionResult> rest)
    {
        ExecutionResult result;
        try
        {
            result = await rest.ConfigureAwait(false);
        }
        catch (Exception error)
        {
            _core.SetException(error);
            return;
        }

        _core.SetResult(result);
    }

    private void WaitForResult(short token)
    {
        using var ended = new ManualResetEventSlim();
        _core.OnCompleted(static ended => ((ManualResetEventSlim)ended!).Set(), ended, token, ValueTaskSourceOnCompletedFlags.None);
        ended.Wait();
    }
}
