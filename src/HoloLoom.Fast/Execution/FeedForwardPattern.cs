namespace HoloLoom.Fast.Execution;

/// <summary>One backend, one pass.</summary>
internal sealed class FeedForwardPattern : IExecutionPattern
{
    public string Name => ExecutionPatterns.FeedForward;

    public ValueTask<IReadOnlyList<SearchResult>> RunAsync(PatternContext context)
    {
        ValueTask<BackendAnswer> pending = context.CallPrimaryAsync();
        return pending.IsCompletedSuccessfully ? new(pending.Result.Results) : AwaitAsync(pending);
    }

    private static async ValueTask<IReadOnlyList<SearchResult>> AwaitAsync(ValueTask<BackendAnswer> pending) =>
        (await pending.ConfigureAwait(false)).Results;
}
