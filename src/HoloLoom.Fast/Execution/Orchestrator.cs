using System.Diagnostics.CodeAnalysis;
using HoloLoom.Fast.Classification;

namespace HoloLoom.Fast.Execution;

/// <summary>
/// Takes a query, lets the router decide, calls backends in the pattern that suits, and learns from every call. Slow and broken backends are
/// kept from the caller: by timeout, retry, circuit breaker and concurrency limit, and by turning to another backend.
/// </summary>
/// <remarks>
/// One orchestrator serves all threads. It does not own the router or the backends. A backend whose circuit is open is not available to the
/// router until it is time to try it again.
/// </remarks>
/// <example>
/// <code>
/// using var router = new Router();
/// var orchestrator = new Orchestrator(router, [new MyGraph(), new MyVectors()]);
/// ExecutionResult found = await orchestrator.ExecuteAsync("who wrote this paper");
/// orchestrator.Feedback(found.Decision.Id, 1.0);
/// </code>
/// </example>
public sealed partial class Orchestrator
{
    // A context that an execution without waiting has left; one that waited may still be known to a call and is not used again.
    [ThreadStatic]
    private static PatternContext? t_spare;

    private readonly BackendGuard?[] _guards;
    private readonly ulong _registered;
    private readonly double _millisecondsPerTick;
    private readonly CircuitBoard _board = new();
    private readonly PatternEngine[] _patterns;
    private readonly string[] _patternNames;
    private readonly IPatternSelector _selector;

    // Per variant of the router's experiment; null where the selector chooses.
    private readonly string?[]? _patternOf;
    private readonly ResultCache? _cache;
    private readonly FeedbackTable? _feedback;
    private readonly Func<ExecutionRequest, CancellationToken, ValueTask<ExecutionResult>> _run;

    /// <summary>Builds an orchestrator.</summary>
    /// <param name="router">Decides, and learns.</param>
    /// <param name="backends">What to call, each with the name of one of the router's backends; those of the router that are not here are never chosen.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <exception cref="RouterConfigurationException">An option is not usable, or the backends do not fit the router; the exception tells which and why.</exception>
    public Orchestrator(Router router, IReadOnlyList<IBackend> backends, OrchestratorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(router);
        ArgumentNullException.ThrowIfNull(backends);
        Router = router;
        Options = (options ?? new OrchestratorOptions()).Checked(router);
        _millisecondsPerTick = 1000.0 / Options.TimeProvider.TimestampFrequency;
        DeadlineTicks = (long)(Options.Deadline.TotalSeconds * Options.TimeProvider.TimestampFrequency);
        _guards = new BackendGuard?[router.Backends.Count];
        _registered = Register(backends);
        _selector = Options.CustomSelector ?? new RulePatternSelector(Options.Selector);
        _patterns =
        [
            .. Options.CustomPatterns.Select(static pattern => new CustomPattern(pattern)),
            new FeedForwardPattern(),
            new ParallelPattern(),
            new RecursivePattern(),
            new StrangeLoopPattern(),
            new ChainPattern(),
            new HedgedPattern(),
        ];
        _patternNames = [.. _patterns.Select(static pattern => pattern.Name)];
        _patternOf = PatternsOfVariants();
        _cache = Options.Cache is { } cache ? new ResultCache(cache) : null;
        _feedback = Options.FeedbackWindow > 0 ? new FeedbackTable(Options.FeedbackWindow) : null;
        _run = (request, token) => RunAsync(request, token);
        Profile = Options.Profiler is { } profiler ? new ExecutionProfile(profiler, this) : null;
    }

    /// <summary>The router.</summary>
    public Router Router { get; }

    /// <summary>The options in force.</summary>
    public OrchestratorOptions Options { get; }

    /// <summary>The backends that can be called at this moment: registered, and with a circuit that lets a call through.</summary>
    public BackendSet Available => new(Reachable(_registered));

    /// <summary>The backends whose circuit is other than closed.</summary>
    public BackendSet OpenCircuits
    {
        get
        {
            ulong open = 0;
            for (int backend = 0; backend < _guards.Length; backend++)
            {
                open |= _guards[backend] is { IsOpen: true } ? 1UL << backend : 0;
            }

            return new BackendSet(open);
        }
    }

    /// <summary>Hits, misses and entries of the result cache; zeros without one.</summary>
    public CacheStatistics CacheStatistics => _cache?.Statistics ?? default;

    internal ExecutionProfile? Profile { get; }

    internal long DeadlineTicks { get; }

    internal IReadOnlyList<string> PatternNames => _patternNames;

    /// <summary>Executes a query with every backend available, in the pattern that suits.</summary>
    /// <param name="query">The query; any length, any content.</param>
    /// <param name="cancellationToken">Ends the execution; the calls under way are taken back.</param>
    /// <inheritdoc cref="ExecuteAsync(in ExecutionRequest, CancellationToken)"/>
    public ValueTask<ExecutionResult> ExecuteAsync(string query, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new ExecutionRequest(query), cancellationToken);

    /// <summary>Executes a query.</summary>
    /// <param name="request">The query, and what is said of how to execute it.</param>
    /// <param name="cancellationToken">Ends the execution; the calls under way are taken back.</param>
    /// <returns>The results, and how they came about. With the result cache, perhaps those of an earlier execution.</returns>
    /// <exception cref="ArgumentException">The request is not valid: no query, a bad limit, an unknown pattern or backend.</exception>
    /// <exception cref="ExecutionException">No backend answered; the exception tells of each why.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask<ExecutionResult> ExecuteAsync(in ExecutionRequest request, CancellationToken cancellationToken = default)
    {
        if (request.Query is null || request.Limit is < 1 or > ExecutionRequest.MaxLimit)
        {
            ThrowRequest(request);
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return Cancelled(cancellationToken);
        }

        return _cache is null || request.Plan is not null ? RunAsync(request, cancellationToken) : LookUpAsync(_cache, request, cancellationToken);
    }

    /// <summary>
    /// A user's judgement of an execution: it takes the place of the measured relevance in what every backend that answered has learned from it,
    /// once. See <see cref="Router.Amend"/>.
    /// </summary>
    /// <param name="id">The id of the execution's decision.</param>
    /// <param name="feedback">0..1.</param>
    /// <returns>
    /// Accepted; Duplicate if feedback was given before; Expired if the execution is not among the latest
    /// <see cref="OrchestratorOptions.FeedbackWindow"/> of this process; Unknown if the id is not the router's.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">The feedback is outside 0..1.</exception>
    public RecordResult Feedback(DecisionId id, double feedback)
    {
        if (!(feedback >= 0 && feedback <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(feedback), feedback, "A number from 0 to 1 is expected.");
        }

        if (_feedback is null || !_feedback.TryGet(id, out RecordedCall first, out RecordedCall[]? others, out long timestamp))
        {
            return Router.IsGenuine(id) ? RecordResult.Expired : RecordResult.Unknown;
        }

        TimeSpan age = Options.TimeProvider.GetElapsedTime(timestamp);
        RecordResult result = Amend(first, feedback, age);
        foreach (RecordedCall other in others ?? [])
        {
            RecordResult second = Amend(other, feedback, age);
            result = second == RecordResult.Accepted ? second : result;
        }

        return result;
    }

    /// <summary>Forgets all remembered results.</summary>
    public void ClearCache() => _cache?.Clear();

    internal BackendGuard Guard(int backend) => _guards[backend]!;

    /// <summary>From one timestamp of the clock to another.</summary>
    internal double Milliseconds(long start, long end) => (end - start) * _millisecondsPerTick;

    /// <summary>Of a set of backends, those with a circuit that lets a call through.</summary>
    internal ulong Reachable(ulong wanted)
    {
        if (Volatile.Read(ref _board.Impaired) == 0)
        {
            return wanted;
        }

        for (int backend = 0; backend < _guards.Length; backend++)
        {
            if (_guards[backend] is { IsAvailable: false })
            {
                wanted &= ~(1UL << backend);
            }
        }

        return wanted;
    }

    /// <summary>An execution has ended: counts it.</summary>
    /// <returns>How long it took, in milliseconds.</returns>
    /// <exception cref="ExecutionException">No backend answered.</exception>
    internal double End(PatternContext context)
    {
        if (context.Answered == BackendSet.None)
        {
            throw NoAnswer(context);
        }

        // Of one call the clock was read a moment ago; after several there was fusing to do.
        long now = context.Asked.Count == 1 ? context.LastEnd : Options.TimeProvider.GetTimestamp();
        double elapsed = Milliseconds(context.Start, now);
        if (_feedback is not null && context.TryGetRecorded(out RecordedCall first, out RecordedCall[]? others))
        {
            _feedback.Add(context.Decision.Id, first, others, now);
        }

        if (Options.Learn)
        {
            Router.CountExecution(context.Decision, new Outcome(context.BestRelevance, elapsed), failed: false);
        }

        Profile?.Executed(context.Pattern, context.Decision.QueryType, elapsed);
        return elapsed;
    }

    /// <summary>Frames the results of an execution that has ended.</summary>
    internal ExecutionResult Frame(PatternContext context, IReadOnlyList<SearchResult> results, double elapsedMs) => new(
        results,
        context.Decision,
        _patternNames[context.Pattern],
        context.BestScore,
        elapsedMs,
        context.Asked,
        context.Answered,
        context.Failures);

    /// <summary>An execution has ended: counts it, and frames its results. The context is not to be used any more.</summary>
    /// <exception cref="ExecutionException">No backend answered.</exception>
    internal ExecutionResult Complete(PatternContext context, IReadOnlyList<SearchResult>? results)
    {
        double elapsed = End(context);
        if (results is null)
        {
            throw new InvalidOperationException($"The pattern '{_patternNames[context.Pattern]}' returned null instead of results.");
        }

        ExecutionResult result = Frame(context, results, elapsed);
        if (!context.HasWaited)
        {
            context.Clear();
            t_spare = context;
        }

        return result;
    }

    internal double RelevanceOf(string query, in BackendAnswer answer)
    {
        if (Options.Relevance is not { } relevance)
        {
            return answer.MeanScore;
        }

        double given = relevance(query, answer);
        return double.IsNaN(given) ? 0 : Math.Clamp(given, 0, 1);
    }

    private RecordResult Amend(in RecordedCall call, double feedback, TimeSpan age)
    {
        var recorded = new Outcome(call.Relevance, call.LatencyMs);
        return Router.Amend(call.Id, recorded, recorded with { Feedback = feedback }, age);
    }

    // What happens rarely, or is large, is in methods of their own in all of the below: the frame of the usual way is cleared at each call.
    private ValueTask<ExecutionResult> LookUpAsync(ResultCache cache, in ExecutionRequest request, CancellationToken token)
    {
        var key = new CacheKey(request.Query, request.Available.Mask & _registered, request.Scope, request.Limit, request.Pattern, Router.SlotOf(request.Unit));
        bool isHit = cache.TryGet(key, out ExecutionResult known);
        Profile?.LookedUp(isHit);
        return isHit ? new(known) : cache.RunAsync(key, request, _run, token);
    }

    private ValueTask<ExecutionResult> RunAsync(in ExecutionRequest request, CancellationToken token)
    {
        long start = Options.TimeProvider.GetTimestamp();
        int[]? plan = request.Plan is null ? null : PlanOf(request.Plan);
        ulong wanted = plan is null ? request.Available.Mask & _registered : MaskOf(plan);
        ulong mask = Reachable(wanted);
        if (mask == 0)
        {
            return NoneReachable(request, wanted);
        }

        var among = new BackendSet(plan is null ? mask : FirstOf(plan, mask));
        ClassifiedQuery classified;
        Decision decision;
        if (Options.Profiler is null)
        {
            classified = Router.Classify(request.Query);
            decision = request.Unit is null ? Router.Route(classified, among) : Router.Route(classified, among, request.Unit);
        }
        else
        {
            decision = RouteProfiled(request, among, out classified);
        }

        int pattern = PatternOf(request.Pattern ?? _patternOf?[decision.Variant] ?? _selector.Choose(request.Query, decision, new BackendSet(mask)));
        PatternContext context = t_spare ?? new PatternContext();
        t_spare = null;
        context.Begin(this, request, classified, decision, pattern, mask, plan, start, token);
        return _patterns[pattern].ExecuteAsync(context);
    }

    private Decision RouteProfiled(in ExecutionRequest request, BackendSet among, out ClassifiedQuery classified)
    {
        using (Options.Profiler?.ProfileRouting() ?? default)
        {
            classified = Router.Classify(request.Query);
            return request.Unit is null ? Router.Route(classified, among) : Router.Route(classified, among, request.Unit);
        }
    }

    private ValueTask<ExecutionResult> NoneReachable(in ExecutionRequest request, ulong wanted) => wanted == 0
        ? throw new ArgumentException("None of the backends that the request allows has been given to the orchestrator.", nameof(request))
        : ValueTask.FromException<ExecutionResult>(AllDown(wanted));

    private static ValueTask<ExecutionResult> Cancelled(CancellationToken token) => ValueTask.FromCanceled<ExecutionResult>(token);

    private static ulong FirstOf(int[] plan, ulong mask) => 1UL << Array.Find(plan, backend => (mask >> backend & 1) != 0);

    [DoesNotReturn]
    private static void ThrowRequest(in ExecutionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request.Query, nameof(request));
        throw new ArgumentException($"The limit is {request.Limit}; a number from 1 to {ExecutionRequest.MaxLimit} is expected.", nameof(request));
    }
}
