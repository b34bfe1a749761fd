using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using BitFaster.Caching.Lru;

namespace HoloLoom.Fast.Execution;

/// <summary>What a remembered result is found by: everything that the result depends on, and whose it is. The slot is a unit's in an experiment, else negative.</summary>
internal readonly record struct CacheKey(string Query, ulong Mask, string? Scope, int Limit, string? Pattern, int Slot)
{
    public bool Equals(CacheKey other) =>
        Mask == other.Mask && Limit == other.Limit && Query == other.Query && Scope == other.Scope && Pattern == other.Pattern
        && Slot == other.Slot;

    // Pattern and limit hardly ever differ between requests for one query; equality tells them apart.
    public override int GetHashCode() => Query.GetHashCode() ^ (Scope?.GetHashCode() ?? 0) * 31 ^ Mask.GetHashCode();
}

/// <summary>Remembers results, and lets concurrent requests for one of them share one execution. Errors and partial results are not remembered.</summary>
/// <param name="options">Capacity and expiry.</param>
/// <param name="isReachable">Whether all of a set of backends can be called.</param>
internal sealed class ResultCache(ResultCacheOptions options, Func<ulong, bool> isReachable)
{
    private readonly ConcurrentTLru<CacheKey, Entry> _entries = new(
        Environment.ProcessorCount, options.Capacity, EqualityComparer<CacheKey>.Default, options.Expiry);

    private readonly ConcurrentDictionary<CacheKey, Flight> _flights = new();

    // Looked up a second time, with fewer backends or by the one who runs the execution: not look-ups of a caller.
    private long _againHits;
    private long _againMisses;

    // Counts the times that everything was forgotten.
    private int _generation;

    public CacheStatistics Statistics => new(
        _entries.Metrics.Value!.Hits - Volatile.Read(ref _againHits),
        _entries.Metrics.Value.Misses - Volatile.Read(ref _againMisses),
        _entries.Count);

    /// <summary>Forgets everything, what is under way included: whoever asks from now on gets what is found from now on.</summary>
    public void Clear()
    {
        Interlocked.Increment(ref _generation);
        _flights.Clear();
        _entries.Clear();
    }

    public bool TryGet(in CacheKey key, [NotNullWhen(true)] out Entry? entry) => _entries.TryGet(key, out entry);

    /// <summary>Looks a result up that was not there, as one of fewer backends: those that can be called while a circuit is open.</summary>
    public bool TryGetAgain(in CacheKey key, [NotNullWhen(true)] out Entry? entry)
    {
        Interlocked.Increment(ref _againMisses);
        return _entries.TryGet(key, out entry);
    }

    /// <summary>Runs the execution, or waits for the one that is under way for the same key. It is cancelled when nobody waits any more.</summary>
    public async ValueTask<ExecutionResult> RunAsync(
        CacheKey key, ExecutionRequest request, Func<ExecutionRequest, CancellationToken, ValueTask<ExecutionResult>> execute, CancellationToken token)
    {
        while (true)
        {
            var fresh = new Flight();
            Flight flight = _flights.GetOrAdd(key, fresh);
            if (!flight.TryJoin())
            {
                _flights.TryRemove(KeyValuePair.Create(key, flight));
                continue;
            }

            bool isOwn = ReferenceEquals(flight, fresh);
            if (isOwn)
            {
                // Not awaited: it ends with the task that everybody waits for.
                _ = FlyAsync(key, request, flight, execute);
            }

            try
            {
                ExecutionResult result = await flight.Landing.WaitAsync(token).ConfigureAwait(false);
                return isOwn ? result : result with { FromCache = true };
            }
            finally
            {
                flight.Leave();
            }
        }
    }

    private async Task FlyAsync(
        CacheKey key, ExecutionRequest request, Flight flight, Func<ExecutionRequest, CancellationToken, ValueTask<ExecutionResult>> execute)
    {
        try
        {
            int generation = Volatile.Read(ref _generation);

            // Another flight may have landed between the look-up and this one's start.
            bool isThere = _entries.TryGet(key, out Entry? landed);
            Interlocked.Increment(ref isThere ? ref _againHits : ref _againMisses);
            if (landed is null)
            {
                // If a circuit opens meanwhile, the result is one of fewer backends than it would be remembered for.
                bool isWhole = isReachable(key.Mask);
                ExecutionResult result = await execute(request, flight.Token).ConfigureAwait(false);
                if (isWhole && !result.IsPartial && isReachable(key.Mask))
                {
                    Remember(key, result, generation);
                }

                flight.Land(result);
                return;
            }

            flight.Land(landed.Answer.Result);
        }
        catch (Exception problem)
        {
            flight.Fail(problem);
        }
        finally
        {
            _flights.TryRemove(KeyValuePair.Create(key, flight));
        }
    }

    private void Remember(in CacheKey key, in ExecutionResult result, int generation)
    {
        if (Volatile.Read(ref _generation) != generation)
        {
            return;
        }

        // A copy: a backend that uses its list again must not change what is remembered.
        _entries.AddOrUpdate(key, new Entry(result with { Results = [.. result.Results], FromCache = true }));
        if (Volatile.Read(ref _generation) != generation)
        {
            // Everything was forgotten meanwhile, this perhaps a moment too early.
            _entries.TryRemove(key);
        }
    }

    /// <summary>A remembered result, as the caller gets it: one copy of it is made for a hit, and no second one.</summary>
    public sealed class Entry(in ExecutionResult result)
    {
        public readonly ValueTask<ExecutionResult> Answer = new(result);
    }

    /// <summary>One execution and those who wait for it.</summary>
#pragma warning disable CA1001 // A token source without a timer holds nothing that would have to be disposed of.
    private sealed class Flight
#pragma warning restore CA1001
    {
        private const int Over = int.MinValue;

        private readonly TaskCompletionSource<ExecutionResult> _landing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly CancellationTokenSource _source = new();
        private int _waiting;

        public Task<ExecutionResult> Landing => _landing.Task;

        public CancellationToken Token => _source.Token;

        /// <summary>False once everybody has left.</summary>
        public bool TryJoin()
        {
            int waiting = Volatile.Read(ref _waiting);
            while (waiting >= 0)
            {
                int seen = Interlocked.CompareExchange(ref _waiting, waiting + 1, waiting);
                if (seen == waiting)
                {
                    return true;
                }

                waiting = seen;
            }

            return false;
        }

        public void Leave()
        {
            if (Interlocked.Decrement(ref _waiting) == 0 && Interlocked.CompareExchange(ref _waiting, Over, 0) == 0 && !Landing.IsCompleted)
            {
                _source.Cancel();
            }
        }

        public void Land(in ExecutionResult result) => _landing.TrySetResult(result);

        public void Fail(Exception problem)
        {
            _landing.TrySetException(problem);
            _ = Landing.Exception;
        }
    }
}
