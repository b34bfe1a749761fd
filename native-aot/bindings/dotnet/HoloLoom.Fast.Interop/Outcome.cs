namespace HoloLoom.Fast.Interop;

/// <summary>What became of a decision, with everything that can be reported.</summary>
/// <param name="Relevance">0..1.</param>
/// <param name="LatencyMs">Finite, 0 or more.</param>
/// <param name="Cost">Finite, 0 or more, in any unit; null: not given.</param>
/// <param name="Feedback">0..1: the user's own judgement, takes the place of the relevance; null: not given.</param>
public readonly record struct Outcome(double Relevance, double LatencyMs, double? Cost = null, double? Feedback = null);
