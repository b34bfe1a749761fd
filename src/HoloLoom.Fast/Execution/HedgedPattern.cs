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
        Task<BackendAnswer> later = earlier == firstAnswer ? secondAnswer : firstAnswer;
        BackendAnswer answer = await BothIfThrowingAsync(earlier, later).ConfigureAwait(false);
        if (!answer.IsAnswered)
        {
            return await CompleteAsync(context, await later.ConfigureAwait(false)).ConfigureAwait(false);
        }

        (later == firstAnswer ? first : second).TakeBack();
        BackendAnswer beaten = await later.ConfigureAwait(false);
        if (later == firstAnswer && beaten.Status == CallStatus.Cancelled)
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

    // The caller has cancelled: the other call ends by that as well, and its exception must not go unseen.
    private static async ValueTask<BackendAnswer> BothIfThrowingAsync(Task<BackendAnswer> earlier, Task<BackendAnswer> later)
    {
        if (!earlier.IsCompletedSuccessfully)
        {
            await Task.WhenAll(earlier, later).ConfigureAwait(false);
        }

        return await earlier.ConfigureAwait(false);
    }
}
