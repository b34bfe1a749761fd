namespace HoloLoom.Fast.Execution;

/// <summary>The primary, then secondaries, each given the results so far; all are fused. One that fails is passed over.</summary>
internal sealed class ChainPattern() : FreePattern(ExecutionPatterns.Chain)
{
    public override async ValueTask<ExecutionResult> ExecuteAsync(PatternContext context)
    {
        var answers = new List<BackendAnswer> { await context.CallPrimaryAsync().ConfigureAwait(false) };
        IReadOnlyList<SearchResult> soFar = context.Fuse(answers);
        for (int i = 0; i < context.Options.ChainSecondaries && context.Remaining > TimeSpan.Zero && context.NextAlternative() is var next and >= 0; i++)
        {
            answers.Add(await context.CallAsync(next, soFar).ConfigureAwait(false));
            soFar = context.Fuse(answers);
        }

        return context.Complete(soFar);
    }
}
