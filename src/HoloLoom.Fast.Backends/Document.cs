namespace HoloLoom.Fast.Backends;

/// <summary>Something to be found.</summary>
/// <param name="Id">What identifies it; adding another with the same id replaces it.</param>
/// <param name="Text">What it says.</param>
/// <param name="At">When it is from; null if it does not matter.</param>
public sealed record Document(string Id, string Text, DateTimeOffset? At = null);
