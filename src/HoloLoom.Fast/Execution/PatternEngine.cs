namespace HoloLoom.Fast.Execution;

/// <summary>Executes queries in one pattern, from the first call to the finished result; many at once.</summary>
/// <remarks>
/// There are two kinds, by how they begin: <see cref="FirstAnswerPattern"/> with the decision's backend alone, which is called before there is a
/// context; and <see cref="FreePattern"/> as they like.
/// </remarks>
internal abstract class PatternEngine(string name)
{
    public string Name => name;
}

/// <summary>A pattern that has the execution in its hands from the beginning.</summary>
internal abstract class FreePattern(string name) : PatternEngine(name)
{
    /// <param name="context">The query, the decision, and the means to call; valid until the execution is complete.</param>
    /// <exception cref="ExecutionException">No backend answered.</exception>
    public abstract ValueTask<ExecutionResult> ExecuteAsync(PatternContext context);
}

/// <summary>A pattern of the user's.</summary>
internal sealed class CustomPattern(IExecutionPattern pattern) : FreePattern(pattern.Name)
{
    public override async ValueTask<ExecutionResult> ExecuteAsync(PatternContext context)
    {
        // Whatever the pattern has begun and left behind may still know the context.
        context.HasWaited = true;
        return context.Complete(await pattern.RunAsync(context).ConfigureAwait(false));
    }
}
