using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using HoloLoom.Fast.Classification;

namespace HoloLoom.Fast.Execution;

// An execution from its beginning to its result. After ten idle milliseconds each line of code and data comes from memory, and most of what an
// execution adds to a backend's time is that. So what can be done while the backend is at work is done after it was called; and what happens
// rarely, or is large, is in methods of its own, as the frame of the usual way is cleared at each call.
public sealed partial class Orchestrator
{
    // A context that an execution without waiting has left; one that waited may still be known to a call and is not used again.
    [ThreadStatic]
    private static PatternContext? t_spare;

    /// <summary>An execution is about to wait for its backends: does beforehand what would take long at its end.</summary>
    /// <param name="id">The id of its decision.</param>
    /// <returns>Where it will be remembered for feedback.</returns>
    internal int PrepareEnd(DecisionId id) => _feedback?.Prepare(id) ?? FeedbackTable.None;

    /// <summary>An execution has ended: counts it.</summary>
    /// <returns>How long it took, in milliseconds.</returns>
    /// <exception cref="ExecutionException">No backend answered.</exception>
    internal double End(PatternContext context)
    {
        if (context.Answered == BackendSet.None)
        {
            throw NoAnswer(context);
        }

        // Of one call the clock was read a moment ago; after several there was fusing to do, and a user's pattern may do anything after its call.
        long now = context.Asked.Count == 1 && _beginWithOne[context.Pattern] is not null ? context.LastEnd : Options.TimeProvider.GetTimestamp();
        double elapsed = Milliseconds(context.Start, now);
        if (_feedback is not null && context.TryGetRecorded(out RecordedCall first, out RecordedCall[]? others))
        {
            _feedback.Add(context.Decision.Id, context.PlaceForFeedback, first, others, now);
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

        if (results.Count > context.Limit)
        {
            // A user's pattern or fusion may not have cared.
            results = [.. results.Take(context.Limit)];
        }

        ExecutionResult result = Frame(context, results, elapsed);
        if (!context.HasWaited)
        {
            context.Clear();
            t_spare = context;
        }

        return result;
    }

    private ValueTask<ExecutionResult> LookUpAsync(ResultCache cache, in ExecutionRequest request, CancellationToken token)
    {
        var key = new CacheKey(request.Query, request.Available.Mask & _registered, request.Scope, request.Limit, request.Pattern, Router.SlotOf(request.Unit));
        return cache.TryGet(key, out ResultCache.Entry? known) ? Known(known) : LookFurtherAsync(cache, key, request, token);
    }

    // While a circuit is open, what is found is remembered as what it is: the result of those backends that can be called.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ValueTask<ExecutionResult> LookFurtherAsync(ResultCache cache, CacheKey key, in ExecutionRequest request, CancellationToken token)
    {
        ulong reachable = Reachable(key.Mask);
        if (reachable != key.Mask)
        {
            key = key with { Mask = reachable };
            if (cache.TryGetAgain(key, out ResultCache.Entry? known))
            {
                return Known(known);
            }
        }

        Profile?.LookedUp(hit: false);
        return cache.RunAsync(key, request, _run, token);
    }

    private ValueTask<ExecutionResult> Known(ResultCache.Entry known)
    {
        Profile?.LookedUp(hit: true);
        return known.Answer;
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
        Router.Choice choice;
        Decision decision = default;
        bool isSealed = false;
        if (Options.Profiler is null)
        {
            classified = Router.Classify(request.Query);
            choice = Router.Choose(classified, among, request.Unit);
        }
        else
        {
            (choice, decision) = ChooseProfiled(request, among, out classified);
            isSealed = true;
        }

        // A selector of the user's is told of the decision; else it gets its id while the backend is at work.
        string? name = request.Pattern ?? _patternOf?[choice.Variant] ?? _rules?.Choose(request.Query, choice.Confidence, new BackendSet(mask));
        if (name is null)
        {
            decision = isSealed ? decision : choice.Seal(Router);
            isSealed = true;
            name = _selector.Choose(request.Query, decision, new BackendSet(mask));
        }

        int pattern = PatternOf(name);
        if (_beginWithOne[pattern] is not { } first)
        {
            decision = isSealed ? decision : choice.Seal(Router);
            return _beginFreely[pattern]!.ExecuteAsync(Context(request, classified, decision, pattern, mask, 0, plan, start, token));
        }

        if (token.IsCancellationRequested)
        {
            // By a classifier or selector that took long. What was chosen is counted all the same.
            _ = isSealed ? decision : choice.Seal(Router);
            return Cancelled(token);
        }

        BackendGuard guard = _guards[choice.Backend]!;
        ulong asked = 1UL << choice.Backend;
        long called = Options.TimeProvider.GetTimestamp();
        long until = PatternContext.Until(called, start + DeadlineTicks, mayTurnToAnother: (mask & ~asked) != 0);
        var query = new BackendQuery(request.Query, request.Limit, []);
        bool hasEnded = guard.TryCall(query, called, until, first.IsTakenBack, token, out GuardedReply reply, out Attempt attempt);
        decision = isSealed ? decision : choice.Seal(Router);
        PatternContext context = Context(request, classified, decision, pattern, mask, asked, plan, start, token);
        if (hasEnded)
        {
            return EndAtOnceAsync(first, context, called, reply);
        }

        return context.AwaitFirstAsync(first, new BegunCall(choice.Backend, decision.Id, query, called, until, attempt, token));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private PatternContext Context(
        in ExecutionRequest request,
        ClassifiedQuery classified,
        in Decision decision,
        int pattern,
        ulong mask,
        ulong asked,
        int[]? plan,
        long start,
        CancellationToken token)
    {
        PatternContext context = t_spare ?? new PatternContext();
        t_spare = null;
        context.Begin(this, request, classified, decision, pattern, mask, asked, plan, start, token);
        return context;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ValueTask<ExecutionResult> EndAtOnceAsync(FirstAnswerPattern pattern, PatternContext context, long called, in GuardedReply reply)
    {
        try
        {
            context.Finish(context.Decision.Backend, context.Decision.Id, called, reply, out BackendAnswer answer);
            return pattern.Suffices(context, answer) ? new(context.Complete(answer.Results)) : pattern.GoOnAsync(context, answer);
        }
        catch (Exception error)
        {
            // Such as a judgement of relevance throws. Whoever begins several executions has not lost the others by it.
            return error is OperationCanceledException && context.CancellationToken.IsCancellationRequested
                ? Cancelled(context.CancellationToken)
                : ValueTask.FromException<ExecutionResult>(error);
        }
    }

    private (Router.Choice Choice, Decision Decision) ChooseProfiled(in ExecutionRequest request, BackendSet among, out ClassifiedQuery classified)
    {
        using (Options.Profiler?.ProfileRouting() ?? default)
        {
            classified = Router.Classify(request.Query);
            Router.Choice choice = Router.Choose(classified, among, request.Unit);
            return (choice, choice.Seal(Router));
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
