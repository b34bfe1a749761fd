namespace HoloLoom.Fast.Execution;

/// <summary>The primary and secondaries at once, fused. Those that fail or miss the deadline are left out, and reported.</summary>
internal sealed class ParallelPattern() : FreePattern(ExecutionPatterns.Parallel)
{
    public override ValueTask<ExecutionResult> ExecuteAsync(PatternContext context)
    {
        int most = 1 + context.Options.ParallelSecondaries;
        var calls = new ParallelCalls(context, most);
        calls.Begin(context.Decision.Backend);
        for (int i = 1; i < most && context.NextAlternative() is var next and >= 0; i++)
        {
            calls.Begin(next);
        }

        return calls.AllAsync();
    }
}
