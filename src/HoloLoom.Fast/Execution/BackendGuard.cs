using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace HoloLoom.Fast.Execution;

/// <summary>What a guarded call came to.</summary>
internal readonly record struct GuardedReply(CallStatus Status, IReadOnlyList<SearchResult> Results, double MeanScore, Exception? Error)
{
    public static GuardedReply Rejected(Exception reason) => new(CallStatus.Rejected, [], 0, reason);
}

/// <summary>A call under way: a first attempt (<see cref="PendingCall"/>), or the pipeline.</summary>
/// <param name="Running">The first attempt, or null.</param>
/// <param name="Source">The backend's token; of the pipeline, what takes it back, if it can be.</param>
/// <param name="Link">From the caller's token to it.</param>
/// <param name="Ambient">What was ambient when it began.</param>
/// <param name="Watched">The pipeline's reply, or null.</param>
internal readonly record struct Attempt(
    Task<IReadOnlyList<SearchResult>>? Running, CancellationTokenSource? Source, CancellationTokenRegistration Link, ExecutionContext? Ambient, Task<GuardedReply>? Watched);

/// <summary>Stands before one backend: concurrency limit, timeout, retry and circuit breaker.</summary>
/// <remarks>
/// A first attempt is made outside of Polly, because most of what the policies cost is not needed by a call that succeeds: a retry has
/// nothing to do, and a breaker that has seen no failure has nothing to count. An attempt that fails, or does not end within the timeout, is
/// handed to the pipeline with its failure (<see cref="GuardedCall"/>), and from then on every call goes through the pipeline from its
/// beginning, for the breaker's sampling duration, so that the breaker counts successes and failures alike.
/// </remarks>
internal sealed class BackendGuard
{
    private const int Closed = 0;
    private const int Open = 1;
    private const int HalfOpen = 2;

    // A token source that a call which succeeded at once has left unused.
    [ThreadStatic]
    private static CancellationTokenSource? t_spare;

    private readonly IBackend _backend;
    private readonly ResilienceOptions _options;
    private readonly TimeProvider _time;
    private readonly CircuitBoard _board;
    private readonly long _timeoutTicks;
    private int _underWay;
    private long _watchedUntil;
    private int _circuit;
    private long _openUntil;

    public BackendGuard(IBackend backend, ResilienceOptions options, TimeProvider time, CircuitBoard board, double usualQuantile)
    {
        (_backend, _options, _time, _board) = (backend, options, new SteadyTime(time), board);
        _timeoutTicks = (long)(options.Timeout.TotalSeconds * time.TimestampFrequency);
        Latencies = new LatencyWindow(usualQuantile);
        Limits = new TimeLimits(time);
        Pipeline = BuildPipeline();
    }

    public string Name => _backend.Name;

    public ResilienceOptions Options => _options;

    public TimeProvider Time => _time;

    /// <summary>What the calls that were answered took.</summary>
    public LatencyWindow Latencies { get; }

    public ResiliencePipeline<GuardedReply> Pipeline { get; }

    /// <summary>The time limits of first attempts.</summary>
    public TimeLimits Limits { get; }

    /// <summary>Calls under way, abandoned ones included.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    public bool IsHalfOpen => Volatile.Read(ref _circuit) == HalfOpen;

    /// <summary>Whether the circuit lets a call through: it is closed, or it is time to try.</summary>
    public bool IsAvailable => Volatile.Read(ref _circuit) switch
    {
        Closed => true,
        Open => _time.GetUtcNow().UtcTicks >= Volatile.Read(ref _openUntil),
        _ => false,
    };

    /// <summary>Whether the circuit is other than closed.</summary>
    public bool IsOpen => Volatile.Read(ref _circuit) != Closed;

    /// <summary>Whether calls go through the pipeline from their beginning.</summary>
    private bool IsWatched => Volatile.Read(ref _watchedUntil) is not 0 and var until && IsStillWatched(until);

    /// <summary>What an attempt may take, in the clock's ticks, if so much is left until the call must end.</summary>
    public long AttemptTicks(long left) => Math.Max(Math.Min(left, _timeoutTicks), _time.TimestampFrequency / 1000);

    /// <summary>Calls the backend. Never throws: whatever happens is the reply.</summary>
    /// <param name="query">What to ask.</param>
    /// <param name="now">The clock's timestamp.</param>
    /// <param name="until">The timestamp by which the call must end, retries included.</param>
    /// <param name="isTakenBack">Whether the call must be one that can be taken back by itself, unless it succeeds at once.</param>
    /// <param name="token">Takes the call back.</param>
    /// <param name="reply">What came of it, if it has ended.</param>
    /// <param name="attempt">What is under way, if it has not.</param>
    /// <returns>Whether it has ended.</returns>
    public bool TryCall(
        in BackendQuery query, long now, long until, bool isTakenBack, CancellationToken token, out GuardedReply reply, out Attempt attempt)
    {
        attempt = default;
        if (until <= now || !TryEnter())
        {
            reply = Refusal(until <= now);
            return true;
        }

        if (IsWatched)
        {
            reply = default;
            attempt = Watched(query, until, isTakenBack, token);
            return false;
        }

        ExecutionContext? ambient = ExecutionContext.Capture();
        CancellationTokenSource source = RentSource();
        CancellationTokenRegistration link = Link(source, token);
        try
        {
            ValueTask<IReadOnlyList<SearchResult>> running = _backend.SearchAsync(query, source.Token);
            Restore(ambient);
            if (!running.IsCompletedSuccessfully)
            {
                reply = default;
                attempt = new Attempt(running.AsTask(), source, link, ambient, null);
                return false;
            }

            IReadOnlyList<SearchResult> results = ResultCheck.Clean(running.Result, query.Limit, out double meanScore);
            Release(source, link, token);
            Exit();
            reply = new GuardedReply(CallStatus.Answered, results, meanScore, null);
            return true;
        }
        catch (Exception error)
        {
            Restore(ambient);
            reply = default;
            attempt = isTakenBack
                ? new Attempt(Task.FromException<IReadOnlyList<SearchResult>>(error), source, link, ambient, null)
                : Repeat(query, until, error, link, token);
            return false;
        }
    }

    /// <summary>Starts an attempt; the backend may throw at once.</summary>
    public ValueTask<IReadOnlyList<SearchResult>> Start(in BackendQuery query, CancellationToken token) => _backend.SearchAsync(query, token);

    /// <summary>From now on, and until the sampling duration is over, every call goes through the pipeline.</summary>
    public void Watch() => Volatile.Write(ref _watchedUntil, _time.GetTimestamp() + (long)(_options.SamplingDuration.TotalSeconds * _time.TimestampFrequency));

    public void Exit() => Interlocked.Decrement(ref _underWay);

    /// <summary>
    /// A first attempt has succeeded. If a failure was seen since it began, the breaker counts it: of calls that are under way at the same time it
    /// must not be that only those count that fail.
    /// </summary>
    public void Succeeded(in BackendQuery query)
    {
        if (IsWatched)
        {
            _ = new GuardedCall(this, query, 0, CancellationToken.None).CountSuccessAsync();
        }
    }

    public static CancellationTokenSource RentSource()
    {
        CancellationTokenSource source = t_spare ?? new CancellationTokenSource();
        t_spare = null;
        return source;
    }

    /// <summary>Makes one token cancel a source.</summary>
    public static CancellationTokenRegistration Link(CancellationTokenSource source, CancellationToken token) => !token.CanBeCanceled
        ? default
        : token.UnsafeRegister(static source => Cancel((CancellationTokenSource)source!), source);

    /// <summary>
    /// Cancels a backend's token: at once, and its callbacks run elsewhere, for as long as they like, because whoever waits for the call is not to
    /// wait for them. What they throw is none of the caller's business.
    /// </summary>
    public static void Cancel(CancellationTokenSource source) => source.CancelAsync().ContinueWith(
        static callbacks => _ = callbacks.Exception,
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously | TaskContinuationOptions.OnlyOnFaulted,
        TaskScheduler.Default);

    /// <summary>Keeps a source for the next call, if nothing can cancel it any more.</summary>
    public static void Release(CancellationTokenSource source, CancellationTokenRegistration link, CancellationToken linked)
    {
        if ((!linked.CanBeCanceled || link.Unregister()) && source.TryReset())
        {
            t_spare = source;
        }
    }

    // What a backend does to what is ambient is not for other backends, nor for the caller.
    private static void Restore(ExecutionContext? ambient)
    {
        if (ambient is not null && ExecutionContext.Capture() != ambient)
        {
            ExecutionContext.Restore(ambient);
        }
    }

    private bool TryEnter()
    {
        if (Interlocked.Increment(ref _underWay) <= _options.MaxConcurrency)
        {
            return true;
        }

        Exit();
        return false;
    }

    private GuardedReply Refusal(bool isLate) => GuardedReply.Rejected(isLate
        ? new TimeoutException("the deadline has passed")
        : new InvalidOperationException($"{_options.MaxConcurrency} calls are under way, as many as maxConcurrency allows"));

    private Attempt Watched(in BackendQuery query, long until, bool isTakenBack, CancellationToken token)
    {
        CancellationTokenSource? source = isTakenBack ? CancellationTokenSource.CreateLinkedTokenSource(token) : null;
        return new Attempt(null, source, default, null, new GuardedCall(this, query, until, source?.Token ?? token).RunAsync());
    }

    private Attempt Repeat(in BackendQuery query, long until, Exception error, CancellationTokenRegistration link, CancellationToken token)
    {
        link.Unregister();
        return new Attempt(null, null, default, null, new GuardedCall(this, query, until, token).RunAsync(GuardedCall.OfBackend(error)));
    }

    private bool IsStillWatched(long until)
    {
        if (_time.GetTimestamp() > until && !IsOpen)
        {
            // A failure at this moment sets it anew, and is not overwritten.
            _ = Interlocked.CompareExchange(ref _watchedUntil, 0, until);
            return Volatile.Read(ref _watchedUntil) != 0;
        }

        return true;
    }

    private void Switch(int circuit)
    {
        int before = Interlocked.Exchange(ref _circuit, circuit);
        int change = (circuit == Closed ? 0 : 1) - (before == Closed ? 0 : 1);
        if (change != 0)
        {
            Interlocked.Add(ref _board.Impaired, change);
        }
    }

    private ResiliencePipeline<GuardedReply> BuildPipeline()
    {
        var builder = new ResiliencePipelineBuilder<GuardedReply> { TimeProvider = _time, Name = _backend.Name };
        if (_options.Retries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<GuardedReply>
            {
                MaxRetryAttempts = _options.Retries,
                Delay = _options.RetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = args => new(GuardedCall.Of(args.Context).MayRetry(args.Outcome.Exception)),
            });
        }

        return builder
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<GuardedReply>
            {
                FailureRatio = _options.FailureRatio,
                MinimumThroughput = _options.MinimumThroughput,
                SamplingDuration = _options.SamplingDuration,
                BreakDuration = _options.BreakDuration,
                ShouldHandle = args => new(GuardedCall.Of(args.Context).IsBackendsFault(args.Outcome.Exception)),
                OnOpened = args =>
                {
                    Volatile.Write(ref _openUntil, (_time.GetUtcNow() + args.BreakDuration).UtcTicks);
                    Switch(Open);
                    return default;
                },
                OnHalfOpened = _ =>
                {
                    Switch(HalfOpen);
                    return default;
                },
                OnClosed = _ =>
                {
                    Switch(Closed);
                    return default;
                },
            })
            .AddTimeout(new TimeoutStrategyOptions
            {
                // Instead of the fixed timeout, which would have to be 10 ms or more.
                TimeoutGenerator = args => new(GuardedCall.Of(args.Context).AttemptTimeout),
            })
            .Build();
    }
}

/// <summary>How many circuits of one orchestrator are other than closed: 0 in good times, so that nobody need look at each.</summary>
internal sealed class CircuitBoard
{
    public int Impaired;
}
