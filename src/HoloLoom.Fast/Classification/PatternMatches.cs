namespace HoloLoom.Fast.Classification;

/// <summary>A pattern found in a query.</summary>
internal sealed record PatternMatch(int QueryType, int Pattern, string Text);

/// <summary>The patterns found in a query, and how many of each query type.</summary>
internal sealed record PatternMatches(IReadOnlyList<PatternMatch> Matches, IReadOnlyList<int> Scores);
