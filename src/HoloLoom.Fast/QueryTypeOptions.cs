using HoloLoom.Fast.Classification;

namespace HoloLoom.Fast;

/// <summary>A class of queries, the patterns that recognise it, and the backend that a rule sends it to.</summary>
/// <param name="Name">The name, unique in the router.</param>
/// <param name="Backend">The preferred backend's name.</param>
/// <param name="Patterns">
/// The patterns; a query's score for the type is how many of them it matches. A type without patterns takes the queries that match
/// nothing; there is exactly one such type (when none is given, <c>unknown</c> is added).
/// </param>
public sealed record QueryTypeOptions(string Name, string Backend, IReadOnlyList<QueryPattern> Patterns);
