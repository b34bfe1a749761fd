namespace HoloLoom.Fast.Execution;

/// <summary>A way of calling backends for one query. Implement it to add one of your own; many executions run through it at once.</summary>
public interface IExecutionPattern
{
    /// <summary>The name by which requests, selectors and reports know it.</summary>
    string Name { get; }

    /// <summary>Calls backends through the context. That no backend answered is the context's to report, not the pattern's.</summary>
    /// <param name="context">The query, the decision, and the means to call; valid until the returned task ends.</param>
    /// <returns>The results, best first.</returns>
    ValueTask<IReadOnlyList<SearchResult>> RunAsync(PatternContext context);
}
