namespace HoloLoom.Fast.Execution;

/// <summary>
/// After the first pass the router decides again, with that pass's score as evidence (<see cref="PatternContext.Reconsider"/>). If it now
/// prefers another backend, that one runs too and the results are fused.
/// </summary>
internal sealed class StrangeLoopPattern() : PatternEngine(ExecutionPatterns.StrangeLoop)
{
    public override async ValueTask<ExecutionResult> ExecuteAsync(PatternContext context)
    {
        BackendAnswer first = await context.CallAsync(context.Decision.Backend).ConfigureAwait(false);
        if (!first.IsAnswered)
        {
            first = await context.FailOverAsync(first).ConfigureAwait(false);
        }

        if (!first.IsAnswered || context.Remaining == TimeSpan.Zero)
        {
            return context.Complete(first.Results);
        }

        int preferred = context.Reconsider(first.Backend, first.MeanScore);
        if (context.Asked.Contains(preferred))
        {
            return context.Complete(first.Results);
        }

        BackendAnswer second = await context.CallAsync(preferred).ConfigureAwait(false);
        return context.Complete(context.Fuse([first, second]));
    }
}
