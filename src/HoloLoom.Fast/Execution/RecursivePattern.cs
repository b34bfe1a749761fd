namespace HoloLoom.Fast.Execution;

/// <summary>On to the next alternative while the mean score of the pass is below the threshold; the results of all passes are fused.</summary>
internal sealed class RecursivePattern() : FirstAnswerPattern(ExecutionPatterns.Recursive)
{
    public override bool Suffices(PatternContext context, in BackendAnswer answer) =>
        answer.IsAnswered && answer.MeanScore >= context.Options.ConfidenceThreshold;

    public override async ValueTask<ExecutionResult> GoOnAsync(PatternContext context, BackendAnswer first)
    {
        if (!first.IsAnswered)
        {
            first = await context.FailOverAsync(first).ConfigureAwait(false);
            if (Suffices(context, first))
            {
                return context.Complete(first.Results);
            }
        }

        var answers = new List<BackendAnswer> { first };
        while (answers.Count < context.Options.RecursivePasses
            && !Suffices(context, answers[^1])
            && context.Remaining > TimeSpan.Zero
            && context.NextAlternative() is var next and >= 0)
        {
            answers.Add(await context.CallAsync(next).ConfigureAwait(false));
        }

        return context.Complete(context.Fuse(answers));
    }
}
