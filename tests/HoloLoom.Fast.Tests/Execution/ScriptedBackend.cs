using System.Collections.Concurrent;
using HoloLoom.Fast.Execution;

namespace HoloLoom.Fast.Tests.Execution;

/// <summary>A backend that does what the test says, and remembers what it was asked.</summary>
internal sealed class ScriptedBackend(string name, Func<BackendQuery, CancellationToken, ValueTask<IReadOnlyList<SearchResult>>> script) : IBackend
{
    private readonly ConcurrentQueue<BackendQuery> _queries = new();
    private int _running;

    public string Name => name;

    public Func<BackendQuery, CancellationToken, ValueTask<IReadOnlyList<SearchResult>>> Script { get; set; } = script;

    public int Calls => _queries.Count;

    public IReadOnlyList<BackendQuery> Queries => [.. _queries];

    /// <summary>Calls that have begun and not ended.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Forgets what it was asked.</summary>
    public void Forget() => _queries.Clear();

    /// <summary>Answers at once.</summary>
    public static ScriptedBackend Answering(string name, params SearchResult[] results) => new(name, (_, _) => new(results));

    /// <summary>Answers with one result of a score, named after the backend.</summary>
    public static ScriptedBackend Scoring(string name, double score) => Answering(name, new SearchResult($"{name}-1", score));

    /// <summary>Answers after a time.</summary>
    public static ScriptedBackend Slow(string name, int milliseconds, params SearchResult[] results) => new(name, async (_, token) =>
    {
        await Task.Delay(milliseconds, token);
        return results;
    });

    /// <summary>Throws at once.</summary>
    public static ScriptedBackend Throwing(string name, Exception? error = null) => new(name, (_, _) => throw error ?? new InvalidOperationException($"{name} is broken"));

    /// <summary>Answers never, and ends when it is cancelled.</summary>
    public static ScriptedBackend Hanging(string name) => new(name, async (_, token) =>
    {
        await Task.Delay(Timeout.Infinite, token);
        return [];
    });

    public async ValueTask<IReadOnlyList<SearchResult>> SearchAsync(BackendQuery query, CancellationToken cancellationToken)
    {
        _queries.Enqueue(query);
        Interlocked.Increment(ref _running);
        try
        {
            return await Script(query, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
