namespace HoloLoom.Fast.Execution;

/// <summary>One backend, one pass.</summary>
internal sealed class FeedForwardPattern() : FirstAnswerPattern(ExecutionPatterns.FeedForward)
{
    public override bool Suffices(PatternContext context, in BackendAnswer answer) => answer.IsAnswered;

    public override ValueTask<ExecutionResult> GoOnAsync(PatternContext context, BackendAnswer first) => FailOverAsync(context, first);
}
