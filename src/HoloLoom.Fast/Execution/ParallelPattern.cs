namespace HoloLoom.Fast.Execution;

/// <summary>The primary and secondaries at once, fused. Those that fail or miss the deadline are left out, and reported.</summary>
internal sealed class ParallelPattern() : FreePattern(ExecutionPatterns.Parallel)
{
    public override async ValueTask<ExecutionResult> ExecuteAsync(PatternContext context)
    {
        var calls = new List<Task<BackendAnswer>>(1 + context.Options.ParallelSecondaries) { StartAsync(context, context.Decision.Backend) };
        while (calls.Count <= context.Options.ParallelSecondaries && context.NextAlternative() is var next and >= 0)
        {
            calls.Add(StartAsync(context, next));
        }

        // All are waited for, also when one throws because the caller has cancelled: each ends then, and nothing goes on behind.
        BackendAnswer[] answers = await Task.WhenAll(calls).ConfigureAwait(false);
        if (context.Answered.Count > 0)
        {
            return context.Complete(context.Fuse(answers));
        }

        BackendAnswer last = await context.FailOverAsync(answers[^1]).ConfigureAwait(false);
        return context.Complete(last.Results);
    }

    // What it throws before it waits comes through the task as well, so that the calls already under way are waited for.
    private static async Task<BackendAnswer> StartAsync(PatternContext context, int backend) =>
        await context.CallBesideAsync(backend).ConfigureAwait(false);
}
