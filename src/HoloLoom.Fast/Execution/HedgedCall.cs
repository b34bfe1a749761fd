namespace HoloLoom.Fast.Execution;

/// <summary>One of two calls that race: awaited as a task, and taken back when the other has won.</summary>
/// <remarks>A first attempt (<see cref="PendingCall"/>) is taken back by itself; a call that goes through the policies' pipeline, by a token.</remarks>
internal sealed class HedgedCall : IDisposable
{
    private readonly PendingCall? _pending;
    private readonly CancellationTokenSource? _source;

    /// <param name="answer">What comes of the call.</param>
    /// <param name="pending">The call, if it is to be taken back by itself.</param>
    /// <param name="source">What takes it back else; disposed with this.</param>
    public HedgedCall(Task<BackendAnswer> answer, PendingCall? pending, CancellationTokenSource? source = null) =>
        (Answer, _pending, _source) = (answer, pending, source);

    /// <summary>What comes of it.</summary>
    public Task<BackendAnswer> Answer { get; }

    /// <summary>Calls a backend. Throws nothing: what the call throws, such as a judgement of relevance, whoever awaits it throws.</summary>
    public static HedgedCall Start(PatternContext context, int backend)
    {
        try
        {
            Task<BackendAnswer> answer = context.CallTakenBackAsync(backend, out PendingCall? pending, out CancellationTokenSource? source).AsTask();
            return new HedgedCall(answer, pending, source);
        }
        catch (Exception error)
        {
            return new HedgedCall(Task.FromException<BackendAnswer>(error), null);
        }
    }

    /// <summary>Ends it, if it has not ended.</summary>
    public void TakeBack()
    {
        _pending?.TakeBack();
        _source?.Cancel();
    }

    public void Dispose() => _source?.Dispose();
}
