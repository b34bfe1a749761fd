namespace HoloLoom.Fast.Execution;

/// <summary>One result of a backend, or of several after fusion.</summary>
/// <param name="Id">What identifies it across backends: results with the same id are one.</param>
/// <param name="Score">How well it fits, 0..1. Outside of it the nearest end counts, and NaN counts as 0.</param>
/// <param name="Text">Its content, if the backend gives it.</param>
public readonly record struct SearchResult(string Id, double Score, string? Text = null);
