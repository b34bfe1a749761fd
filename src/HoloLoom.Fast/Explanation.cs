namespace HoloLoom.Fast;

/// <summary>Why a query went where it went.</summary>
/// <param name="QueryType">The query type's name.</param>
/// <param name="Backend">The chosen backend's name.</param>
/// <param name="Strategy">The strategy's name.</param>
/// <param name="Reason">The choice in a sentence.</param>
/// <param name="Matches">The patterns found; empty with a classifier of the user's own.</param>
/// <param name="Scores">Patterns found per query type, for types with patterns; empty with a classifier of the user's own.</param>
/// <param name="Backends">Every backend of the router: whether it could be chosen, what was known of it, and what was drawn.</param>
public sealed record Explanation(
    string QueryType,
    string Backend,
    string Strategy,
    string Reason,
    IReadOnlyList<MatchedPattern> Matches,
    IReadOnlyList<TypeScore> Scores,
    IReadOnlyList<BackendExplanation> Backends);

/// <summary>A pattern that was found in the query.</summary>
/// <param name="QueryType">The type that the pattern belongs to.</param>
/// <param name="Pattern">The pattern as written.</param>
public sealed record MatchedPattern(string QueryType, string Pattern);

/// <summary>The score of a query type.</summary>
/// <param name="QueryType">The type's name.</param>
/// <param name="Score">How many of its patterns were found.</param>
public sealed record TypeScore(string QueryType, int Score);

/// <summary>One backend in an explanation.</summary>
/// <param name="Name">The backend's name.</param>
/// <param name="Available">Whether it could be chosen.</param>
/// <param name="MaskedReason">Why not, if it could not.</param>
/// <param name="Sample">The draw that decided, 0..1; null if the strategy draws none, the backend was masked, or the explanation was made afterwards.</param>
/// <param name="Mean">The posterior mean reward, 0..1.</param>
/// <param name="Alpha">The posterior's alpha.</param>
/// <param name="Beta">The posterior's beta.</param>
public sealed record BackendExplanation(string Name, bool Available, string? MaskedReason, double? Sample, double Mean, double Alpha, double Beta);
