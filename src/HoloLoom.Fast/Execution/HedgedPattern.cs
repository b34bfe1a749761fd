namespace HoloLoom.Fast.Execution;

/// <summary>
/// A second backend is asked when the first takes longer than it usually does; the first answer counts, and the other call is taken back
/// (Dean and Barroso, CACM 56, 2013).
/// </summary>
internal sealed class HedgedPattern : IExecutionPattern
{
    public string Name => ExecutionPatterns.Hedged;

    public async ValueTask<IReadOnlyList<SearchResult>> RunAsync(PatternContext context)
    {
        using var takeBackFirst = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        ValueTask<BackendAnswer> pending = context.CallAsync(context.Decision.Backend, null, takeBackFirst.Token);
        if (pending.IsCompleted)
        {
            return await ResultsAsync(context, await pending.ConfigureAwait(false)).ConfigureAwait(false);
        }

        Task<BackendAnswer> first = pending.AsTask();
        TimeSpan usual = context.UsualLatency(context.Decision.Backend);
        TimeSpan wait = usual < context.Remaining ? usual : context.Remaining;
        await ((Task)first).WaitAsync(wait, context.Options.TimeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (first.IsCompleted || context.NextAlternative() is not (var hedge and >= 0))
        {
            BackendAnswer alone = await first.ConfigureAwait(false);
            return alone.IsAnswered ? alone.Results : await ResultsAsync(context, alone).ConfigureAwait(false);
        }

        using var takeBackSecond = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        Task<BackendAnswer> second = StartAsync(context, hedge, takeBackSecond.Token);
        Task<BackendAnswer> earlier = await Task.WhenAny(first, second).ConfigureAwait(false);
        Task<BackendAnswer> later = earlier == first ? second : first;
        BackendAnswer answer = await BothIfThrowingAsync(earlier, later).ConfigureAwait(false);
        if (!answer.IsAnswered)
        {
            return await ResultsAsync(context, await later.ConfigureAwait(false)).ConfigureAwait(false);
        }

        (later == first ? takeBackFirst : takeBackSecond).Cancel();
        BackendAnswer beaten = await later.ConfigureAwait(false);
        if (later == first && beaten.Status == CallStatus.Cancelled)
        {
            context.RecordBeaten(beaten);
        }

        return answer.Results;
    }

    private static async Task<BackendAnswer> StartAsync(PatternContext context, int backend, CancellationToken token) =>
        await context.CallAsync(backend, null, token).ConfigureAwait(false);

    private static async ValueTask<IReadOnlyList<SearchResult>> ResultsAsync(PatternContext context, BackendAnswer answer) =>
        answer.IsAnswered ? answer.Results : (await context.FailOverAsync(answer).ConfigureAwait(false)).Results;

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
