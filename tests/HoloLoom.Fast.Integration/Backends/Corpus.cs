using HoloLoom.Fast.Backends;
using HoloLoom.Fast.Execution;

namespace HoloLoom.Fast.Integration.Backends;

/// <summary>A few documents, and what every backend must do with them.</summary>
internal static class Corpus
{
    public static Document[] Documents { get; } =
    [
        new("attention", "Attention is all you need: the transformer replaces recurrence by attention."),
        new("graphs", "Knowledge graphs connect entities by relations."),
        new("bandits", "Thompson sampling solves bandits: it draws from posteriors and plays the best draw."),
        new("coffee", "Coffee is a drink. It is hot."),
        new("weather", "Tomorrow it rains in the mountains."),
        new("gardens", "A garden needs water, light and patience."),
    ];

    /// <summary>Queries that try to be more than words.</summary>
    public static string[] Nasty { get; } =
    [
        "", " ", "\0", "'", "\"", "''; DROP TABLE documents; --", "attention\" OR \"coffee", "a AND NOT (b", "NEAR(x y, 2)", "text:attention", "*", "-", "^attention",
        "& | ! <-> :*", "\\", "%_", "\uD800", "\uFFFF", "\u0301", "e\u0301\uDC00\u0301", "é ü 漢字 🙂", new string('a', 100_000), string.Join(' ', Enumerable.Range(0, 3000).Select(static i => $"w{i}")),
    ];

    public static ValueTask<IReadOnlyList<SearchResult>> SearchAsync(this IBackend backend, string query, int limit = 10, CancellationToken token = default) =>
        backend.SearchAsync(new BackendQuery(query, limit, []), token);

    /// <summary>Finds by words, best first, any of them, in any case, with scores in 0..1 and texts.</summary>
    public static async Task AssertFindsAsync(IBackend backend)
    {
        IReadOnlyList<SearchResult> found = await backend.SearchAsync("which transformer uses ATTENTION, and which graphs?");
        Assert.Equal("attention", found[0].Id);
        Assert.Contains(found, static result => result.Id == "graphs");
        Assert.All(found, static result => Assert.InRange(result.Score, double.Epsilon, 1));
        Assert.Equal(found.OrderByDescending(static result => result.Score).Select(static result => result.Id), found.Select(static result => result.Id));
        Assert.Equal(Documents[0].Text, found[0].Text);
        Assert.Empty(await backend.SearchAsync("zeppelin"));
        Assert.Single(await backend.SearchAsync("attention graphs bandits", limit: 1));
        foreach (string query in Nasty)
        {
            Assert.InRange((await backend.SearchAsync(query)).Count, 0, 10);
        }

        Assert.Equal("attention", (await backend.SearchAsync("transformer"))[0].Id);
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await backend.SearchAsync("attention", token: source.Token));
    }

    /// <summary>Texts of one word in several scripts, and another way to write each: decomposed, or in the other case.</summary>
    public static TheoryData<string, string> Writings { get; } = new()
    {
        { "café", "cafe\u0301" },
        { "việt", "vie\u0323\u0302t" },
        { "हिन्दी", "हिन्दी" },
        { "𐐀𐐯𐑊", "𐐨𐐯𐑊" },
        { "𠮷野", "𠮷野" },
        { "ɔ\u0301fɔ\u0301", "ɔ\u0301fɔ\u0301" },
    };

    /// <summary>Each way of writing finds both, and only them, and texts come back as they were given.</summary>
    public static async Task AssertOneWordAsync(IBackend backend, string one, string other)
    {
        Assert.Equal([one, other], (await backend.SearchAsync(one)).Select(static result => result.Text));
        Assert.Equal([one, other], (await backend.SearchAsync($"({other}, zeppelin)")).Select(static result => result.Text));
    }

    /// <summary>Through an orchestrator: found, and learned from.</summary>
    public static async Task AssertRoutesAsync(IBackend backend)
    {
        using var router = new Router(new RouterOptions
        {
            Backends = [backend.Name],
            QueryTypes = [new QueryTypeOptions("any", backend.Name, [])],
            Fallback = [backend.Name],
        });
        var orchestrator = new Orchestrator(router, [backend], new OrchestratorOptions { Deadline = TimeSpan.FromMinutes(1), Resilience = new ResilienceOptions { Timeout = TimeSpan.FromMinutes(1) } });
        ExecutionResult[] results = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => orchestrator.ExecuteAsync("the transformer").AsTask()));
        Assert.All(results, static result => Assert.Equal("attention", result.Results[0].Id));
        Assert.Equal(50, router.GetStatistics().Outcomes);
    }
}
