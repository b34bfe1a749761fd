namespace HoloLoom.Fast.Execution;

/// <summary>
/// After the first pass the router decides again, with that pass's score as evidence (<see cref="PatternContext.Reconsider"/>). If it now
/// prefers another backend, that one runs too and the results are fused.
/// </summary>
internal sealed class StrangeLoopPattern() : FirstAnswerPattern(ExecutionPatterns.StrangeLoop)
{
    public override bool Suffices(PatternContext context, in BackendAnswer answer) => answer.IsAnswered && Preferred(context, answer) < 0;

    public override async ValueTask<ExecutionResult> GoOnAsync(PatternContext context, BackendAnswer first)
    {
        int preferred = context.Preferred;
        if (!first.IsAnswered)
        {
            first = await context.FailOverAsync(first).ConfigureAwait(false);
            preferred = first.IsAnswered ? Preferred(context, first) : -1;
        }

        if (preferred < 0)
        {
            return context.Complete(first.Results);
        }

        BackendAnswer second = await context.CallAsync(preferred).ConfigureAwait(false);
        return context.Complete(context.Fuse([first, second]));
    }

    // The backend that is to run too; −1 if none is, because there is no time, or the preferred one was asked already.
    private static int Preferred(PatternContext context, in BackendAnswer answer)
    {
        int preferred = context.HasTime ? context.Reconsider(answer.Backend, answer.MeanScore) : -1;
        return context.Preferred = preferred >= 0 && context.Asked.Contains(preferred) ? -1 : preferred;
    }
}
