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
    private readonly BackendGuard?[] _guards;
    private readonly ulong _registered;
    private readonly double _millisecondsPerTick;
    private readonly CircuitBoard _board = new();
    private readonly string[] _patternNames;

    // Of each pattern there is one of the two.
    private readonly FirstAnswerPattern?[] _beginWithOne;
    private readonly FreePattern?[] _beginFreely;
    private readonly IPatternSelector _selector;

    // The same, if it is the built-in one.
    private readonly RulePatternSelector? _rules;

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
        _rules = _selector as RulePatternSelector;
        PatternEngine[] patterns =
        [
            .. Options.CustomPatterns.Select(static pattern => new CustomPattern(pattern)),
            new FeedForwardPattern(),
            new ParallelPattern(),
            new RecursivePattern(),
            new StrangeLoopPattern(),
            new ChainPattern(),
            new HedgedPattern(),
        ];
        _patternNames = [.. patterns.Select(static pattern => pattern.Name)];
        _beginWithOne = [.. patterns.Select(static pattern => pattern as FirstAnswerPattern)];
        _beginFreely = [.. patterns.Select(static pattern => pattern as FreePattern)];
        _patternOf = PatternsOfVariants();
        _cache = Options.Cache is { } cache ? new ResultCache(cache, wanted => Reachable(wanted) == wanted) : null;
        _feedback = Options.FeedbackWindow > 0 ? new FeedbackTable(Options.FeedbackWindow) : null;
        _run = (request, token) => RunAsync(request, token);
        RunsUsersCode = Options.Relevance is not null || router.HasCustomReward;
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

    /// <summary>The backends whose circuit lets no call through at this moment; one whose break time is over does, though it is not closed before a call has succeeded.</summary>
    internal IEnumerable<string> Refusing => [.. _guards.Where(static guard => guard is { IsAvailable: false }).Select(static guard => guard!.Name)];

    /// <summary>Hits, misses and entries of the result cache; zeros without one.</summary>
    public CacheStatistics CacheStatistics => _cache?.Statistics ?? default;

    internal ExecutionProfile? Profile { get; }

    /// <summary>Whether to learn from an answer runs a user's function.</summary>
    internal bool RunsUsersCode { get; }

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
    /// <returns>
    /// The results, and how they came about. With the result cache, perhaps those of an earlier execution. To be awaited once, as any value
    /// task; for more, or at the same time, take <see cref="ValueTask{TResult}.AsTask"/>.
    /// </returns>
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
}
