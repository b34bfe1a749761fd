namespace HoloLoom.Fast.Benchmarks;

/// <summary>Routers after some use: a sampler's time depends on the posteriors that it draws from.</summary>
internal static class TrainedRouter
{
    // The Python original is trained alike, in bench/peers/python/benchmark.py.
    private const int Outcomes = 10_000;

    /// <summary>A router with the defaults and a fixed seed, perhaps an experiment, taught that the backends differ a little.</summary>
    public static Router Create(string strategy, ExperimentOptions? experiment = null)
    {
        var router = new Router(new RouterOptions { Strategy = strategy, Seed = 1, Experiment = experiment });
        var random = new Random(1);
        for (int i = 0; i < Outcomes; i++)
        {
            Decision decision = router.Route(Queries.Ascii.Texts[i % Queries.AsciiCount]);
            router.Record(decision.Id, new Outcome(random.NextDouble() < 0.5 + 0.08 * decision.Backend ? 1 : 0, 20));
        }

        return router;
    }
}
