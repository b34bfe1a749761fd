namespace HoloLoom.Fast.Execution;

/// <summary>
/// A second backend is asked when the first takes longer than it usually does; the first answer counts, and the other call is taken back
/// (Dean and Barroso, CACM 56, 2013).
/// </summary>
internal sealed class HedgedPattern() : FirstAnswerPattern(ExecutionPatterns.Hedged, isTakenBack: true)
{
    public override bool Suffices(PatternContext context, in BackendAnswer answer) => answer.IsAnswered;

    public override ValueTask<ExecutionResult> GoOnAsync(PatternContext context, BackendAnswer first) => FailOverAsync(context, first);

    public override HedgeWatch Watch(PatternContext context, PendingExecution call) =>
        new(context.GuardOf(context.Decision.Backend), call, Wait(context));

    public override async ValueTask<ExecutionResult> AwaitAsync(PatternContext context, Task<BackendAnswer> answer, CancellationTokenSource? source)
    {
        using var first = new HedgedCall(answer, null, source);
        await ((Task)answer).WaitAsync(Wait(context), context.Options.TimeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return answer.IsCompleted
            ? await CompleteAsync(context, await answer.ConfigureAwait(false)).ConfigureAwait(false)
            : await RaceAsync(context, first).ConfigureAwait(false);
    }

    /// <summary>A first call has taken as long as it usually does: a second one, and whichever answers first.</summary>
    public static async ValueTask<ExecutionResult> RaceAsync(PatternContext context, PendingExecution call, Task<BackendAnswer> answer)
    {
        using var first = new HedgedCall(answer, call);
        return await RaceAsync(context, first).ConfigureAwait(false);
    }

    private static TimeSpan Wait(PatternContext context)
    {
        TimeSpan usual = context.UsualLatency(context.Decision.Backend);
        return usual < context.Remaining ? usual : context.Remaining;
    }

    private static async ValueTask<ExecutionResult> RaceAsync(PatternContext context, HedgedCall first)
    {
        if (context.NextAlternative() is not (var hedge and >= 0))
        {
            return await CompleteAsync(context, await first.Answer.ConfigureAwait(false)).ConfigureAwait(false);
        }

        using var second = HedgedCall.Start(context, hedge);
        Task<BackendAnswer> earlier = await Task.WhenAny(first.Answer, second.Answer).ConfigureAwait(false);
        HedgedCall slower = earlier == first.Answer ? second : first;
        if (earlier.IsCompletedSuccessfully && !(await earlier.ConfigureAwait(false)).IsAnswered)
        {
            return await CompleteAsync(context, await slower.Answer.ConfigureAwait(false)).ConfigureAwait(false);
        }

        // Answered, or the caller has cancelled, or the user's judgement of relevance threw: nothing is expected of the other any more.
        slower.TakeBack();
        await ((Task)slower.Answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        BackendAnswer answer = await earlier.ConfigureAwait(false);
        if (slower == first && first.Answer.IsCompletedSuccessfully
            && await first.Answer.ConfigureAwait(false) is { Status: CallStatus.Cancelled } beaten)
        {
            context.RecordBeaten(beaten);
        }

        return context.Complete(answer.Results);
    }

    private static ValueTask<ExecutionResult> CompleteAsync(PatternContext context, in BackendAnswer answer) =>
        answer.IsAnswered ? new(context.Complete(answer.Results)) : FailOverAsync(context, answer);
}
