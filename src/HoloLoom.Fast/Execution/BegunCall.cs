namespace HoloLoom.Fast.Execution;

/// <summary>A call of a backend that has not ended at once.</summary>
/// <param name="Backend">The backend's index. Its guard has been entered; it is left when the call ends, or when an abandoned attempt does.</param>
/// <param name="Id">The id under which the outcome is recorded.</param>
/// <param name="Query">What was asked.</param>
/// <param name="Start">When the attempt began.</param>
/// <param name="Until">When the call must end, retries included.</param>
/// <param name="Attempt">What is under way.</param>
/// <param name="Token">Takes the call back.</param>
internal readonly record struct BegunCall(
    int Backend, DecisionId Id, BackendQuery Query, long Start, long Until, Attempt Attempt, CancellationToken Token);
