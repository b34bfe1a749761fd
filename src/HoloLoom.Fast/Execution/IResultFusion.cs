namespace HoloLoom.Fast.Execution;

/// <summary>Makes one list of several backends' results. Implement it to rank in a way of your own.</summary>
public interface IResultFusion
{
    /// <summary>Fuses.</summary>
    /// <param name="answers">Answers of different backends, in the order of the calls; those without results included.</param>
    /// <param name="limit">How many results to return at most.</param>
    /// <returns>Results with different ids, best first; equal ones in the order in which they were first met.</returns>
    IReadOnlyList<SearchResult> Fuse(IReadOnlyList<BackendAnswer> answers, int limit);
}
