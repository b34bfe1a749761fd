using BitFaster.Caching;
using BitFaster.Caching.Lru;
using HoloLoom.Fast.Classification;

namespace HoloLoom.Fast.Execution;

/// <summary>
/// Remembers what a slow classifier answered. Give it to <see cref="RouterOptions.Classifier"/>: only the classification is remembered, the
/// draw of a backend is fresh each time, so exploring goes on. The built-in classifier is faster than any cache.
/// </summary>
public sealed class CachedClassifier : IQueryClassifier
{
    private readonly IQueryClassifier _inner;
    private readonly ConcurrentTLru<string, ClassifiedQuery> _known;
    private readonly IAlternateLookup<ReadOnlySpan<char>, string, ClassifiedQuery> _lookup;

    /// <summary>Creates the cache.</summary>
    /// <param name="inner">The classifier.</param>
    /// <param name="options">How many answers are kept, and how long; null: 10,000, 5 minutes.</param>
    /// <exception cref="RouterConfigurationException">A value is not usable.</exception>
    public CachedClassifier(IQueryClassifier inner, ResultCacheOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(inner);
        options ??= new ResultCacheOptions();
        options.Check("$");
        _inner = inner;
        _known = new ConcurrentTLru<string, ClassifiedQuery>(Environment.ProcessorCount, options.Capacity, StringComparer.Ordinal, options.Expiry);
        _lookup = _known.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Hits and misses so far.</summary>
    public CacheStatistics Statistics => new(_known.Metrics.Value!.Hits, _known.Metrics.Value.Misses, _known.Count);

    /// <inheritdoc/>
    public ClassifiedQuery Classify(ReadOnlySpan<char> query)
    {
        if (_lookup.TryGet(query, out ClassifiedQuery known))
        {
            return known;
        }

        ClassifiedQuery classified = _inner.Classify(query);
        _known.AddOrUpdate(query.ToString(), classified);
        return classified;
    }
}
