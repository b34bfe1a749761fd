namespace HoloLoom.Fast.Tests;

public sealed class RouterBestProbabilitiesTests
{
    [Fact]
    public void Before_anything_is_learned_every_available_backend_is_as_likely_the_best()
    {
        using var router = new Router();
        Assert.All(router.BestProbabilities(0, BackendSet.All), static one => Assert.Equal(0.2, one, 1e-12));
        Assert.Equal([0.5, 0, 0, 0.5, 0], Rounded(router.BestProbabilities("similarity", BackendSet.Of(0, 3))));
        Assert.Equal([0, 0, 1, 0, 0], router.BestProbabilities(4, BackendSet.Of(2)));
    }

    [Fact]
    public void What_was_learned_counts()
    {
        // One success on a uniform prior is Beta(2, 1), against Beta(1, 1): 2 / 3.
        using var router = new Router(new RouterOptions { Strategy = "rules" });
        Decision decision = router.Route("who wrote this paper");
        router.Record(decision.Id, new Outcome(Relevance: 1, LatencyMs: 1));
        int other = decision.Backend == 0 ? 1 : 0;
        double[] best = router.BestProbabilities(decision.QueryType, BackendSet.Of(decision.Backend, other));
        Assert.Equal(2.0 / 3, best[decision.Backend], 1e-12);
        Assert.Equal(1.0 / 3, best[other], 1e-12);
    }

    [Fact]
    public void Sixty_four_backends_of_very_different_posteriors_add_up_to_one()
    {
        string[] names = [.. Enumerable.Range(0, 64).Select(static i => $"b{i}")];
        PriorCell[] cells =
            [.. names.Select(static (name, i) => new PriorCell("q", name, Math.Pow(10, i % 9 - 4), Math.Pow(10, i % 7 - 3)))];
        using var router = new Router(new RouterOptions
        {
            Backends = names,
            QueryTypes = [new QueryTypeOptions("q", "b0", [])],
            Prior = new PriorOptions { Cells = cells },
        });
        double[] best = router.BestProbabilities(0, BackendSet.All);
        Assert.Equal(64, best.Length);
        Assert.Equal(1, best.Sum(), 1e-9);
        Assert.Equal(best[0], best[63], 1e-12);
    }

    [Fact]
    public void The_callers_memory_is_filled_and_nothing_allocated()
    {
        using var router = new Router();
        Span<double> best = stackalloc double[7];
        best.Fill(-1);
        router.BestProbabilities(0, BackendSet.All, best);
        long before = GC.GetAllocatedBytesForCurrentThread();
        router.BestProbabilities(0, BackendSet.All, best);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal([0.2, 0.2, 0.2, 0.2, 0.2, -1, -1], Rounded(best.ToArray()));
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        using var router = new Router();
        var beyond = Assert.Throws<ArgumentOutOfRangeException>(() => router.BestProbabilities(5, BackendSet.All));
        Assert.Contains("5 query types", beyond.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => router.BestProbabilities(-1, BackendSet.All));
        Assert.Contains("'nope'", Assert.Throws<ArgumentException>(() => router.BestProbabilities("nope", BackendSet.All)).Message);
        Assert.Throws<ArgumentNullException>(() => router.BestProbabilities(null!, BackendSet.All));
        Assert.Contains("neo4j", Assert.Throws<ArgumentException>(() => router.BestProbabilities(0, BackendSet.None)).Message);
        var tooShort = Assert.Throws<ArgumentException>(() => router.BestProbabilities(0, BackendSet.All, new double[4]));
        Assert.Contains("room for 4", tooShort.Message);
    }

    private static double[] Rounded(double[] values) => [.. values.Select(static value => Math.Round(value, 12))];
}
