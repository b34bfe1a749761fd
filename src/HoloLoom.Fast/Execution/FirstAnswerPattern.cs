namespace HoloLoom.Fast.Execution;

/// <summary>A pattern that begins with the decision's backend alone, and mostly ends with its answer.</summary>
/// <remarks>
/// The usual way is one object long: the call under way is the execution's result as well (<see cref="PendingExecution"/>), and no state machine
/// waits for it. Only what happens if the answer does not suffice is written as one.
/// </remarks>
internal abstract class FirstAnswerPattern(string name, bool mustPend = false) : PatternEngine(name)
{
    /// <summary>Whether a call that does not succeed at once is to be one that can be taken back by itself.</summary>
    public bool MustPend => mustPend;

    public override ValueTask<ExecutionResult> ExecuteAsync(PatternContext context)
    {
        object? running = context.CallFirst(this, out BackendAnswer answer);
        if (running is null)
        {
            return Suffices(context, answer) ? new(context.Complete(answer.Results)) : GoOnAsync(context, answer);
        }

        return running is PendingExecution execution ? execution.AsValueTask() : AwaitAsync(context, (Task<BackendAnswer>)running);
    }

    /// <summary>Whether the execution ends with this answer of the first call.</summary>
    public abstract bool Suffices(PatternContext context, in BackendAnswer answer);

    /// <summary>Goes on from an answer that does not suffice, to the result.</summary>
    public abstract ValueTask<ExecutionResult> GoOnAsync(PatternContext context, BackendAnswer first);

    /// <summary>What is to watch a call that is about to wait; null if nothing happens until it ends.</summary>
    public virtual HedgeWatch? Watch(PatternContext context, PendingExecution call) => null;

    /// <summary>The alternatives one after the other, until one answers.</summary>
    protected static async ValueTask<ExecutionResult> FailOverAsync(PatternContext context, BackendAnswer first) =>
        context.Complete((await context.FailOverAsync(first).ConfigureAwait(false)).Results);

    // For a call that goes through the pipeline of its policies.
    private async ValueTask<ExecutionResult> AwaitAsync(PatternContext context, Task<BackendAnswer> first)
    {
        BackendAnswer answer = await first.ConfigureAwait(false);
        return Suffices(context, answer) ? context.Complete(answer.Results) : await GoOnAsync(context, answer).ConfigureAwait(false);
    }
}
