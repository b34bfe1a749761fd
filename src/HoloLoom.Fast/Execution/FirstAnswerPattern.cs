namespace HoloLoom.Fast.Execution;

/// <summary>A pattern that begins with the decision's backend alone, and mostly ends with its answer.</summary>
/// <remarks>
/// The usual way is one object long: the call under way is the execution's result as well (<see cref="PendingExecution"/>), and no state machine
/// waits for it. Only what happens if the answer does not suffice is written as one.
/// </remarks>
/// <param name="name">The pattern's name.</param>
/// <param name="isTakenBack">Whether the first call may be taken back by itself, so that it must be one that can.</param>
internal abstract class FirstAnswerPattern(string name, bool isTakenBack = false) : PatternEngine(name)
{
    public bool IsTakenBack => isTakenBack;

    /// <summary>Whether the execution ends with this answer of the first call.</summary>
    public abstract bool Suffices(PatternContext context, in BackendAnswer answer);

    /// <summary>Goes on from an answer that does not suffice, to the result.</summary>
    public abstract ValueTask<ExecutionResult> GoOnAsync(PatternContext context, BackendAnswer first);

    /// <summary>What is to watch a call that is about to wait; null if nothing happens until it ends.</summary>
    public virtual HedgeWatch? Watch(PatternContext context, PendingExecution call) => null;

    /// <summary>Goes on from a first call that goes through the pipeline of its policies, to the result.</summary>
    /// <param name="context">The execution.</param>
    /// <param name="first">What comes of the call.</param>
    /// <param name="source">What takes the call back, of a pattern that may do so; for it to dispose of.</param>
    public virtual async ValueTask<ExecutionResult> AwaitAsync(PatternContext context, Task<BackendAnswer> first, CancellationTokenSource? source)
    {
        BackendAnswer answer = await first.ConfigureAwait(false);
        return Suffices(context, answer) ? context.Complete(answer.Results) : await GoOnAsync(context, answer).ConfigureAwait(false);
    }

    /// <summary>The alternatives one after the other, until one answers.</summary>
    protected static async ValueTask<ExecutionResult> FailOverAsync(PatternContext context, BackendAnswer first) =>
        context.Complete((await context.FailOverAsync(first).ConfigureAwait(false)).Results);
}
