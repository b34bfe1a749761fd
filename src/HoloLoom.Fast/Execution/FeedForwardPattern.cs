namespace HoloLoom.Fast.Execution;

/// <summary>One backend, one pass.</summary>
internal sealed class FeedForwardPattern() : PatternEngine(ExecutionPatterns.FeedForward)
{
    public override ValueTask<ExecutionResult> ExecuteAsync(PatternContext context)
    {
        ValueTask<BackendAnswer> pending = context.CallAsync(context.Decision.Backend);
        if (!pending.IsCompletedSuccessfully)
        {
            return AwaitAsync(context, pending);
        }

        BackendAnswer answer = pending.Result;
        return answer.IsAnswered ? new(context.Complete(answer.Results)) : AwaitAsync(context, new(answer));
    }

    private static async ValueTask<ExecutionResult> AwaitAsync(PatternContext context, ValueTask<BackendAnswer> pending)
    {
        BackendAnswer answer = await pending.ConfigureAwait(false);
        if (!answer.IsAnswered)
        {
            answer = await context.FailOverAsync(answer).ConfigureAwait(false);
        }

        return context.Complete(answer.Results);
    }
}
