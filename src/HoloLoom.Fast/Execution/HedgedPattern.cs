namespace HoloLoom.Fast.Execution;

/// <summary>
/// A second backend is asked when the first takes longer than it usually does; the first answer counts, and the other call is taken back
/// (Dean and Barroso, CACM 56, 2013).
/// </summary>
internal sealed class HedgedPattern() : PatternEngine(ExecutionPatterns.Hedged)
{
    public override async ValueTask<ExecutionResult> ExecuteAsync(PatternContext context)
    {
        using var first = HedgedCall.Start(context, context.Decision.Backend);
        if (!first.HasEnded)
        {
            TimeSpan usual = context.UsualLatency(context.Decision.Backend);
            TimeSpan wait = usual < context.Remaining ? usual : context.Remaining;
            if (!await first.EndsWithinAsync(wait).ConfigureAwait(false) && context.NextAlternative() is var hedge and >= 0)
            {
                return await RaceAsync(context, first, hedge).ConfigureAwait(false);
            }
        }

        return await CompleteAsync(context, await first.Answer.ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static async Task<ExecutionResult> RaceAsync(PatternContext context, HedgedCall first, int hedge)
    {
        using var second = HedgedCall.Start(context, hedge);
        Task<BackendAnswer> firstAnswer = first.AnswerAsTask();
        Task<BackendAnswer> secondAnswer = second.AnswerAsTask();
        Task<BackendAnswer> earlier = await Task.WhenAny(firstAnswer, secondAnswer).ConfigureAwait(false);
        (HedgedCall slower, Task<BackendAnswer> later) = earlier == firstAnswer ? (second, secondAnswer) : (first, firstAnswer);
        if (earlier.IsCompletedSuccessfully && !(await earlier.ConfigureAwait(false)).IsAnswered)
        {
            return await CompleteAsync(context, await later.ConfigureAwait(false)).ConfigureAwait(false);
        }

        // Answered, or the caller has cancelled, or the user's judgement of relevance threw: nothing is expected of the other any more.
        slower.TakeBack();
        await ((Task)later).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        BackendAnswer answer = await earlier.ConfigureAwait(false);
        if (slower == first && later.IsCompletedSuccessfully && await later.ConfigureAwait(false) is { Status: CallStatus.Cancelled } beaten)
        {
            context.RecordBeaten(beaten);
        }

        return context.Complete(answer.Results);
    }

    private static ValueTask<ExecutionResult> CompleteAsync(PatternContext context, in BackendAnswer answer)
    {
        return answer.IsAnswered ? new(context.Complete(answer.Results)) : FailOverAsync(context, answer);

        static async ValueTask<ExecutionResult> FailOverAsync(PatternContext context, BackendAnswer answer) =>
            context.Complete((await context.FailOverAsync(answer).ConfigureAwait(false)).Results);
    }
}
