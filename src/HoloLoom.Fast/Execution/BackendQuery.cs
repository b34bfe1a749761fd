namespace HoloLoom.Fast.Execution;

/// <summary>What a backend is asked.</summary>
/// <param name="Text">The query.</param>
/// <param name="Limit">How many results are wanted at most; more are cut off.</param>
/// <param name="Previous">The results so far, where the pattern has earlier backends' (chain); else empty.</param>
public readonly record struct BackendQuery(string Text, int Limit, IReadOnlyList<SearchResult> Previous);
