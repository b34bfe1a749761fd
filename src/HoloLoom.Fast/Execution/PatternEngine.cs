namespace HoloLoom.Fast.Execution;

/// <summary>Executes queries in one pattern, from the first call to the finished result; many at once.</summary>
/// <remarks>
/// An engine ends with <see cref="PatternContext.Complete"/> itself, so that between a backend's answer and the caller there is one task and
/// no second one that only adds the frame.
/// </remarks>
internal abstract class PatternEngine(string name)
{
    public string Name => name;

    /// <param name="context">The query, the decision, and the means to call; valid until the task ends.</param>
    /// <exception cref="ExecutionException">No backend answered.</exception>
    public abstract ValueTask<ExecutionResult> ExecuteAsync(PatternContext context);
}

/// <summary>A pattern of the user's.</summary>
internal sealed class CustomPattern(IExecutionPattern pattern) : PatternEngine(pattern.Name)
{
    public override async ValueTask<ExecutionResult> ExecuteAsync(PatternContext context) =>
        context.Complete(await pattern.RunAsync(context).ConfigureAwait(false));
}
