using System.Threading.Tasks.Sources;

namespace HoloLoom.Fast.Execution;

/// <summary>The end of an execution, for whoever awaits it. The result itself is kept by the owner.</summary>
/// <remarks>
/// Like any value task it is to be awaited once, but it is never used for another execution, so that whoever asks again gets the same; and who asks
/// too early waits.
/// </remarks>
internal struct ExecutionSource
{
    private ManualResetValueTaskSourceCore<Ended> _core;

    public readonly short Version => _core.Version;

    public void SetEnded() => _core.SetResult(default);

    public void SetException(Exception error) => _core.SetException(error);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <summary>Returns when the execution has ended well, and throws what it ended with else.</summary>
    public void GetEnded(short token)
    {
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            Wait(token);
        }

        _core.GetResult(token);
    }

    private void Wait(short token)
    {
        using var ended = new ManualResetEventSlim();
        _core.OnCompleted(static ended => ((ManualResetEventSlim)ended!).Set(), ended, token, ValueTaskSourceOnCompletedFlags.None);
        ended.Wait();
    }

    // A type of its own, so that the just-in-time compiler learns what these cores go on with, and not what all others do.
    private readonly struct Ended;
}
