using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace HoloLoom.Fast.Execution;

/// <summary>One call of a backend through the pipeline of its policies. The first attempt may have been made before; retries are made here.</summary>
internal sealed class GuardedCall
{
    private static readonly ResiliencePropertyKey<GuardedCall> s_key = new("HoloLoom.Fast.GuardedCall");

    private readonly BackendGuard _guard;
    private readonly BackendQuery _query;
    private readonly CancellationToken _token;
    private readonly long _until;
    private Exception? _firstError;
    private bool _isAbandoned;

    public GuardedCall(BackendGuard guard, in BackendQuery query, long until, CancellationToken token) =>
        (_guard, _query, _until, _token) = (guard, query, until, token);

    /// <summary>What an attempt may take.</summary>
    public TimeSpan AttemptTimeout
    {
        get
        {
            TimeSpan left = Left < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : Left;
            return left < _guard.Options.Timeout ? left : _guard.Options.Timeout;
        }
    }

    private TimeSpan Left => _guard.Time.GetElapsedTime(_guard.Time.GetTimestamp(), _until);

    public static GuardedCall Of(ResilienceContext context) => context.Properties.GetValue(s_key, null!);

    /// <summary>Runs the call through the pipeline, to its end. The guard has been entered; it is left here, or when an abandoned attempt ends.</summary>
    /// <param name="firstError">What a first attempt has failed by, or null if this is the beginning.</param>
    /// <param name="isAbandoned">Whether that attempt is still under way, and leaves the guard when it ends.</param>
    public async Task<GuardedReply> RunAsync(Exception? firstError = null, bool isAbandoned = false)
    {
        (_firstError, _isAbandoned) = (firstError, isAbandoned);
        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, _token);
        context.Properties.Set(s_key, this);
        try
        {
            Outcome<GuardedReply> outcome = await _guard.Pipeline
                .ExecuteOutcomeAsync(static (context, call) => call.AttemptAsync(context), context, this)
                .ConfigureAwait(false);

            // A circuit that opened while the first attempt was under way has nothing to add to how that ended.
            return outcome.Exception is not { } error ? outcome.Result : Failure(error is BrokenCircuitException && firstError is not null ? firstError : error);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
            if (!_isAbandoned)
            {
                _guard.Exit();
            }
        }
    }

    /// <summary>Has the breaker count a success of an attempt that was made outside of the pipeline.</summary>
    public async Task CountSuccessAsync()
    {
        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false);
        context.Properties.Set(s_key, this);
        try
        {
            await _guard.Pipeline
                .ExecuteOutcomeAsync(static (_, _) => new ValueTask<Outcome<GuardedReply>>(Polly.Outcome.FromResult(default(GuardedReply))), context, this)
                .ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>Whether an attempt's failure speaks against the backend. A call that was taken back does not, unless it was to show that the backend is well again.</summary>
    public bool IsBackendsFault(Exception? error) => error is not null && (!IsTakenBack(error) || _guard.IsHalfOpen);

    public bool MayRetry(Exception? error) =>
        error is not null and not BrokenCircuitException and not TimeoutRejectedException && !IsTakenBack(error) && Left > _guard.Options.RetryDelay * 4;

    private bool IsTakenBack(Exception error) => error is OperationCanceledException && _token.IsCancellationRequested;

    private GuardedReply Failure(Exception error) => error switch
    {
        _ when IsTakenBack(error) => new(CallStatus.Cancelled, [], 0, error),
        TimeoutRejectedException => new(CallStatus.TimedOut, [], 0, error),
        BrokenCircuitException => GuardedReply.Rejected(new InvalidOperationException("the circuit is open", error)),
        _ => new(CallStatus.Failed, [], 0, error),
    };

    private async ValueTask<Outcome<GuardedReply>> AttemptAsync(ResilienceContext context)
    {
        CancellationToken token = context.CancellationToken;
        if (_firstError is { } thrown)
        {
            _firstError = null;
            return Failed(thrown, token);
        }

        CancellationTokenSource source = BackendGuard.RentSource();
        CancellationTokenRegistration link = BackendGuard.Link(source, token);
        Task<IReadOnlyList<SearchResult>>? running = null;
        try
        {
            ValueTask<IReadOnlyList<SearchResult>> pending = _guard.Start(_query, source.Token);
            IReadOnlyList<SearchResult> found;
            if (pending.IsCompletedSuccessfully)
            {
                found = pending.Result;
            }
            else
            {
                running = pending.AsTask();
                found = await running.WaitAsync(token).ConfigureAwait(false);
            }

            IReadOnlyList<SearchResult> results = ResultCheck.Clean(found, _query.Limit, out double meanScore);
            return Polly.Outcome.FromResult(new GuardedReply(CallStatus.Answered, results, meanScore, null));
        }
        catch (Exception error)
        {
            return Failed(OfBackend(error), token);
        }
        finally
        {
            if (running is { IsCompleted: false })
            {
                // Whoever waits is told first when a token is cancelled, and the backend would not be told any more.
                BackendGuard.Cancel(source);
                Abandon(running);
            }
            else
            {
                // It may have failed just after the wait for it was ended by a token: then nobody has seen by what.
                _ = running?.Exception;
                BackendGuard.Release(source, link, token);
            }
        }
    }

    // A backend may use Polly itself: its rejections are its failures, not this pipeline's.
    public static Exception OfBackend(Exception error) => error is ExecutionRejectedException ? new InvalidOperationException(error.Message, error) : error;

    private Outcome<GuardedReply> Failed(Exception error, CancellationToken token)
    {
        // Whatever a backend throws when it is cancelled, Polly knows its own timeout by this exception.
        if (token.IsCancellationRequested && error is not OperationCanceledException)
        {
            error = new OperationCanceledException(error.Message, error, token);
        }

        if (!IsTakenBack(error))
        {
            _guard.Watch();
        }

        return Polly.Outcome.FromException<GuardedReply>(error);
    }

    // Nobody waits for it any more; it counts against the concurrency limit until it ends, and what it throws is nobody's surprise.
    private void Abandon(Task<IReadOnlyList<SearchResult>> running)
    {
        _isAbandoned = true;
        running.ContinueWith(
            static (ended, guard) =>
            {
                _ = ended.Exception;
                ((BackendGuard)guard!).Exit();
            },
            _guard,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }
}
