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
    private ExecutionSource _source;

    // Of the first answer, if that was all; the result is framed when it is fetched, and so is copied once less.
    private IReadOnlyList<SearchResult>? _results;
    private double _elapsedMs;

    // Of what came after it, else.
    private ExecutionResult _result;

    public PendingExecution(FirstAnswerPattern pattern, PatternContext context, in BegunCall call)
        : base(context, call)
    {
        _pattern = pattern;
        _watch = pattern.Watch(context, this);
        _watch?.Begin();
    }

    /// <summary>The execution.</summary>
    public ValueTask<ExecutionResult> AsValueTask() => new(this, _source.Version);

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

        try
        {
            if (!_pattern.Suffices(Context, answer))
            {
                GoOn(answer);
                return;
            }

            _elapsedMs = Context.End();
            _results = answer.Results;
        }
        catch (Exception error)
        {
            _source.SetException(error);
            return;
        }

        _source.SetEnded();
    }

    protected override void Fail(Exception error)
    {
        if (_watch is not null && !_watch.TryEnd())
        {
            _watch.Failed(error);
            return;
        }

        _source.SetException(error);
    }

    ExecutionResult IValueTaskSource<ExecutionResult>.GetResult(short token)
    {
        _source.GetEnded(token);
        return _results is null ? _result : Context.Frame(_results, _elapsedMs);
    }

    ValueTaskSourceStatus IValueTaskSource<ExecutionResult>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<ExecutionResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    // A method of its own, so that the usual way makes no closure.
    private void GoOn(BackendAnswer answer) => InAmbient(() => _ = EndAsync(_pattern.GoOnAsync(Context, answer)));

    private async Task EndAsync(ValueTask<ExecutionResult> rest)
    {
        try
        {
            _result = await rest.ConfigureAwait(false);
        }
        catch (Exception error)
        {
            _source.SetException(error);
            return;
        }

        _source.SetEnded();
    }
}
