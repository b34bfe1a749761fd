namespace HoloLoom.Fast.Execution;

/// <summary>Chooses an execution pattern for a query. Implement it to choose in a way of your own; many threads call it at once.</summary>
public interface IPatternSelector
{
    /// <summary>Chooses.</summary>
    /// <param name="query">The query.</param>
    /// <param name="decision">The router's decision, with its confidence.</param>
    /// <param name="available">The backends that can be called now.</param>
    /// <returns>The name of one of the orchestrator's patterns; anything else makes the execution throw.</returns>
    string Choose(string query, in Decision decision, BackendSet available);
}
