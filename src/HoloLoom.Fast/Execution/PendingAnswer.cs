using System.Threading.Tasks.Sources;

namespace HoloLoom.Fast.Execution;

/// <summary>A call whose answer somebody waits for.</summary>
internal sealed class PendingAnswer(PatternContext context, in BegunCall call) : PendingCall(context, call), IValueTaskSource<BackendAnswer>
{
    private ManualResetValueTaskSourceCore<BackendAnswer> _core;

    public ValueTask<BackendAnswer> AsValueTask() => new(this, _core.Version);

    protected override void Settle(in BackendAnswer answer) => _core.SetResult(answer);

    protected override void Fail(Exception error) => _core.SetException(error);

    BackendAnswer IValueTaskSource<BackendAnswer>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<BackendAnswer>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<BackendAnswer>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
