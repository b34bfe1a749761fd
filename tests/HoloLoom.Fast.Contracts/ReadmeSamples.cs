using HoloLoom.Fast.Backends;
using HoloLoom.Fast.Execution;

namespace HoloLoom.Fast.Contracts;

/// <summary>The README's C# samples, compiled and run. Each body equals the block under the comment with its name, which a test holds.</summary>
internal static class ReadmeSamples
{
    public static void QuickStart()
    {
        using var router = new Router();

        Decision decision = router.Route("who wrote the paper on attention");
        string backend = router.Backends[decision.Backend];
        string queryType = router.QueryTypes[decision.QueryType];
        Console.WriteLine($"{queryType} -> {backend} ({decision.Confidence:0.00})");

        // … call the backend, then tell the router what became of it:
        RecordResult result = router.Record(decision.Id, new Outcome(Relevance: 0.9, LatencyMs: 35));

        // End of sample.
        Assert.Equal(RecordResult.Accepted, result);
    }

    public static void Availability()
    {
        using var router = new Router(new RouterOptions { Strategy = "rules" });
        BackendSet available = BackendSet.All.Without(router.SetOf("neo4j"));
        Decision decision = router.Route("who wrote the paper on attention", available, out Explanation why);
        Console.WriteLine(why.Reason);

        // End of sample.
        Assert.Equal("qdrant", router.Backends[decision.Backend]);
        string readme = File.ReadAllText(Repository.PathOf("README.md"));
        Assert.Contains($"prints `{why.Reason}`", readme);
    }
    public static void Probabilities()
    {
        using var router = new Router();
        for (int i = 0; i < 20; i++)
        {
            Decision decision = router.Route("who wrote the paper on attention");
            bool useful = router.Backends[decision.Backend] == "neo4j";
            router.Record(decision.Id, new Outcome(Relevance: useful ? 0.9 : 0.2, LatencyMs: 35));
        }

        double[] probabilities = router.BestProbabilities("relationship", BackendSet.All);
        for (int backend = 0; backend < probabilities.Length; backend++)
        {
            Console.WriteLine($"{router.Backends[backend],-10} {probabilities[backend]:P1}");
        }

        // End of sample.
        Assert.Equal(1, probabilities.Sum(), 1e-9);
    }

    public static async Task Execution()
    {
        using var router = new Router();
        using var notes = new SqliteBackend("mem0");
        notes.Add([new Document("cafe", "My favourite café is in Castle Street"), new Document("gym", "My gym opens at seven")]);
        var guides = new InMemoryBackend("qdrant", [new Document("leeds", "The best cafés of Leeds, compared")]);
        var orchestrator = new Orchestrator(router, [notes, guides]);

        ExecutionResult found = await orchestrator.ExecuteAsync("my favourite café");
        foreach (SearchResult result in found.Results)
        {
            Console.WriteLine($"{result.Score:0.00} {result.Id}");
        }

        orchestrator.Feedback(found.Decision.Id, 1.0);

        // End of sample.
        Assert.False(found.IsPartial);
        Assert.All(found.Results, static result => Assert.Contains(result.Id, (string[])["cafe", "gym", "leeds"]));
    }
}
