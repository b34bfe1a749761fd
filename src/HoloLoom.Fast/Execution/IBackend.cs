namespace HoloLoom.Fast.Execution;

/// <summary>Something that answers queries. Implement it to put a search engine, a database or a model behind the router.</summary>
/// <remarks>
/// Many threads call it at once. A call should heed its token: it is cancelled at the deadline and when the answer is no longer wanted. One
/// that does not is abandoned, and keeps its place under the concurrency limit until it ends. A call must not block its thread for long:
/// work that cannot be asynchronous belongs on another thread.
/// </remarks>
public interface IBackend
{
    /// <summary>The name of one of the router's backends.</summary>
    string Name { get; }

    /// <summary>Searches. An exception, or null for results, is a failure: the call counts against the backend, and another is asked.</summary>
    /// <param name="query">The text, how many results are wanted, and the results so far.</param>
    /// <param name="cancellationToken">Cancelled at the deadline, or when the answer is no longer wanted.</param>
    /// <returns>Results, best first; an empty list if there are none. It must not change afterwards.</returns>
    ValueTask<IReadOnlyList<SearchResult>> SearchAsync(BackendQuery query, CancellationToken cancellationToken);
}
