using HoloLoom.Fast.Statistics.Laws;

namespace HoloLoom.Fast.Statistics;

/// <summary>The whole way through the public API: what a router chooses is what it says that it would.</summary>
public sealed class RouterChoiceTests
{
    /// <summary>One for each set of backends below.</summary>
    internal const int Checks = 4;

    [Fact]
    public void Backends_are_chosen_as_often_as_the_router_says_they_are_best()
    {
        using var router = new Router(new RouterOptions { Seed = 801, Prior = new PriorOptions { Alpha = 0.8, Beta = 1.7 } });
        for (int i = 0; i < 400; i++)
        {
            Decision decision = router.Route("who wrote this paper");
            bool good = i * 37 % 100 < 30 + 12 * decision.Backend;
            router.Record(decision.Id, new Outcome(Relevance: good ? 0.9 : 0.1, LatencyMs: 5));
        }

        foreach (ulong mask in (ulong[])[0b11111, 0b01111, 0b10101, 0b00011])
        {
            double[] probability = router.BestProbabilities("relationship", new BackendSet(mask));
            var chosen = new int[500_000];
            foreach (ref int one in chosen.AsSpan())
            {
                one = router.Route("who wrote this paper", new BackendSet(mask)).Backend;
            }

            Check check = Counts.Multinomial($"{mask:b}", chosen, probability);
            Assert.True(check.Passes, check.ToString());
        }
    }
}
