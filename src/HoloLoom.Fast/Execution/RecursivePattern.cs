namespace HoloLoom.Fast.Execution;

/// <summary>On to the next alternative while the mean score of the pass is below the threshold; the results of all passes are fused.</summary>
internal sealed class RecursivePattern() : PatternEngine(ExecutionPatterns.Recursive)
{
    public override async ValueTask<ExecutionResult> ExecuteAsync(PatternContext context)
    {
        BackendAnswer answer = await context.CallAsync(context.Decision.Backend).ConfigureAwait(false);
        if (!answer.IsAnswered)
        {
            answer = await context.FailOverAsync(answer).ConfigureAwait(false);
        }

        if (Suffices(answer, context))
        {
            return context.Complete(answer.Results);
        }

        var answers = new List<BackendAnswer> { answer };
        while (answers.Count < context.Options.RecursivePasses
            && !Suffices(answers[^1], context)
            && context.Remaining > TimeSpan.Zero
            && context.NextAlternative() is var next and >= 0)
        {
            answers.Add(await context.CallAsync(next).ConfigureAwait(false));
        }

        return context.Complete(context.Fuse(answers));
    }

    private static bool Suffices(in BackendAnswer answer, PatternContext context) =>
        answer.IsAnswered && answer.MeanScore >= context.Options.ConfidenceThreshold;
}
