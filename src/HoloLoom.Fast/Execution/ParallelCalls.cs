using System.Threading.Tasks.Sources;

namespace HoloLoom.Fast.Execution;

/// <summary>Calls that run at once, and the execution that ends when the last of them does.</summary>
/// <remarks>
/// The last call ends the execution itself. All are waited for, also when one throws because the caller has cancelled: each ends then, and
/// nothing goes on behind.
/// </remarks>
internal sealed class ParallelCalls : IValueTaskSource<ExecutionResult>
{
    private readonly PatternContext _context;
    private readonly BackendAnswer[] _answers;
    private readonly ExecutionContext? _ambient = ExecutionContext.Capture();
    private ExecutionSource _source;
    private ExecutionResult _result;
    private Exception? _fault;
    private Exception? _cancellation;
    private int _count;

    // One more than the calls under way, until all are begun.
    private int _left = 1;

    /// <param name="context">The execution.</param>
    /// <param name="most">How many calls there may be.</param>
    public ParallelCalls(PatternContext context, int most) => (_context, _answers) = (context, new BackendAnswer[most]);

    /// <summary>Begins a call.</summary>
    public void Begin(int backend)
    {
        int place = _count++;
        Interlocked.Increment(ref _left);
        try
        {
            _context.CallBeside(backend, this, place);
        }
        catch (Exception error)
        {
            Fail(error);
        }
    }

    /// <summary>All calls are begun: what comes of them.</summary>
    public ValueTask<ExecutionResult> AllAsync()
    {
        var execution = new ValueTask<ExecutionResult>(this, _source.Version);
        Leave();
        return execution;
    }

    /// <summary>A call has ended, with this.</summary>
    public void Settle(int place, in BackendAnswer answer)
    {
        _answers[place] = answer;
        Leave();
    }

    /// <summary>A call has ended with what concerns the caller.</summary>
    public void Fail(Exception error)
    {
        _ = Interlocked.CompareExchange(ref error is OperationCanceledException ? ref _cancellation : ref _fault, error, null);
        Leave();
    }

    ExecutionResult IValueTaskSource<ExecutionResult>.GetResult(short token)
    {
        _source.GetEnded(token);
        return _result;
    }

    ValueTaskSourceStatus IValueTaskSource<ExecutionResult>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<ExecutionResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private void Leave()
    {
        if (Interlocked.Decrement(ref _left) > 0)
        {
            return;
        }

        if ((_fault ?? _cancellation) is { } error)
        {
            _source.SetException(error);
        }
        else if (_ambient is null || IsAllOurs())
        {
            End();
        }
        else
        {
            // Another backend, or a function of the user's.
            ExecutionContext.Run(_ambient, static calls => ((ParallelCalls)calls!).End(), this);
        }
    }

    private bool IsAllOurs() =>
        _context.Answered.Count > 0 && _context.Options.Fusion is ReciprocalRankFusion or WeightedFusion && !_context.RunsUsersCode;

    private void End()
    {
        if (_context.Answered.Count == 0)
        {
            _ = FailOverAsync();
            return;
        }

        try
        {
            _result = _context.Complete(_context.Fuse(new ArraySegment<BackendAnswer>(_answers, 0, _count)));
        }
        catch (Exception error)
        {
            _source.SetException(error);
            return;
        }

        _source.SetEnded();
    }

    private async Task FailOverAsync()
    {
        try
        {
            BackendAnswer last = await _context.FailOverAsync(_answers[_count - 1]).ConfigureAwait(false);
            _result = _context.Complete(last.Results);
        }
        catch (Exception error)
        {
            _source.SetException(error);
            return;
        }

        _source.SetEnded();
    }
}

/// <summary>One of several calls at once.</summary>
internal sealed class PendingBeside(ParallelCalls calls, int place, PatternContext context, in BegunCall call) : PendingCall(context, call)
{
    protected override void Settle(in BackendAnswer answer) => calls.Settle(place, answer);

    protected override void Fail(Exception error) => calls.Fail(error);
}
