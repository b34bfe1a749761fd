namespace HoloLoom.Fast.Load;

/// <summary>What is asked of the server.</summary>
/// <param name="IntendedMs">When it was to be sent, in milliseconds since the day began.</param>
/// <param name="Query">The query to route; null for an outcome.</param>
/// <param name="DecisionId">Of an outcome.</param>
/// <param name="Relevance">Of an outcome, 0..1.</param>
/// <param name="LatencyMs">Of an outcome.</param>
internal sealed record Request(long IntendedMs, string? Query, string DecisionId = "", double Relevance = 0, double LatencyMs = 0);

/// <summary>What the server answered.</summary>
/// <param name="Text">The decision id, or the answer to an outcome; null if the request failed.</param>
/// <param name="Backend">Of a decision.</param>
/// <param name="Error">Why it failed.</param>
internal readonly record struct Reply(string? Text, string Backend = "", string Error = "");

/// <summary>A server under load.</summary>
internal interface ITarget : IAsyncDisposable
{
    /// <summary>Sends a request, at the latest at the next <see cref="FlushAsync"/>, and does not wait for the answer.</summary>
    void Send(Request request, Action<Request, Reply> onReply);

    /// <summary>Sends what is waiting to be sent.</summary>
    ValueTask FlushAsync();
}
