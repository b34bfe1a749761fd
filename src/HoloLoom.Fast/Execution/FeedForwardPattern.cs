namespace HoloLoom.Fast.Execution;

/// <summary>One backend, one pass.</summary>
internal sealed class FeedForwardPattern : IExecutionPattern
{
    public string Name => ExecutionPatterns.FeedForward;

    public ValueTask<IReadOnlyList<SearchResult>> RunAsync(PatternContext context)
    {
        ValueTask<BackendAnswer> pending = context.CallAsync(context.Decision.Backend);
        if (!pending.IsCompletedSuccessfully)
        {
            return AwaitAsync(context, pending);
        }

        BackendAnswer answer = pending.Result;
        return answer.IsAnswered ? new(answer.Results) : AwaitAsync(context, new(answer));
    }

    private static async ValueTask<IReadOnlyList<SearchResult>> AwaitAsync(PatternContext context, ValueTask<BackendAnswer> pending)
    {
        BackendAnswer answer = await pending.ConfigureAwait(false);
        return answer.IsAnswered ? answer.Results : (await context.FailOverAsync(answer).ConfigureAwait(false)).Results;
    }
}
