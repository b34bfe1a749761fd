namespace HoloLoom.Fast.Execution;

/// <summary>A call that gave no answer.</summary>
/// <param name="Backend">The backend's name.</param>
/// <param name="Status">How the call ended.</param>
/// <param name="Error">Why.</param>
public sealed record BackendFailure(string Backend, CallStatus Status, Exception? Error)
{
    /// <summary>Name and reason in one line.</summary>
    public override string ToString() => $"{Backend}: {Status switch
    {
        CallStatus.Failed => Error is null ? "failed" : $"{Error.GetType().Name}: {Error.Message}",
        CallStatus.TimedOut => "no answer in time",
        CallStatus.Cancelled => "taken back",
        _ => Error?.Message ?? "not asked",
    }}";
}
