namespace HoloLoom.Fast.Execution;

/// <summary>How results are remembered: the least recently used goes first, and nothing is older than its expiry.</summary>
/// <remarks>Errors and partial results are not remembered, and what is found while a circuit is open only for as long as it is.</remarks>
public sealed record ResultCacheOptions
{
    /// <summary>How many results are kept; 3 or more.</summary>
    public int Capacity { get; init; } = 10_000;

    /// <summary>How long a result counts; 1 ms or more.</summary>
    public TimeSpan Expiry { get; init; } = TimeSpan.FromMinutes(5);

    internal void Check(string path)
    {
        ConfigurationChecks.Range($"{path}.capacity", Capacity, 3, int.MaxValue);
        ConfigurationChecks.Range($"{path}.expiry", Expiry, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(365));
    }
}

/// <summary>What a cache has done so far.</summary>
/// <param name="Hits">Look-ups that found something.</param>
/// <param name="Misses">Look-ups that did not.</param>
/// <param name="Count">Entries at this moment.</param>
public readonly record struct CacheStatistics(long Hits, long Misses, int Count)
{
    /// <summary>Hits over look-ups, 0..1; 0 without any.</summary>
    public double HitRate => Hits + Misses == 0 ? 0 : (double)Hits / (Hits + Misses);
}
