using FsCheck.Xunit;
using HoloLoom.Fast.Classification;
using HoloLoom.Fast.Strategies;

namespace HoloLoom.Fast.Tests;

public sealed class RouterTests
{
    private static readonly RouterOptions s_rules = new() { Strategy = "rules", Seed = 1 };

    [Theory]
    [InlineData("who wrote this", "relationship", "neo4j", 0.8f)]
    [InlineData("find something similar", "similarity", "qdrant", 0.8f)]
    [InlineData("my favorite profile", "personal", "mem0", 0.8f)]
    [InlineData("what is the latest now", "temporal", "inmemory", 0.8f)]
    [InlineData("hello there", "unknown", "qdrant", 0.5f)]
    [InlineData("", "unknown", "qdrant", 0.5f)]
    public void Rules_send_a_query_to_its_types_backend(string query, string queryType, string backend, float confidence)
    {
        using var router = new Router(s_rules);
        Decision decision = router.Route(query);
        Assert.Equal(queryType, router.QueryTypes[decision.QueryType]);
        Assert.Equal(backend, router.Backends[decision.Backend]);
        Assert.Equal(confidence, decision.Confidence);
        Assert.Equal(DecisionFlags.None, decision.Flags);
    }

    [Theory]
    [InlineData(new[] { "qdrant", "neo4j", "mem0", "inmemory", "hybrid" }, "neo4j")]
    [InlineData(new[] { "qdrant", "mem0", "inmemory", "hybrid" }, "qdrant")]
    [InlineData(new[] { "mem0", "inmemory", "hybrid" }, "mem0")]
    [InlineData(new[] { "inmemory", "hybrid" }, "inmemory")]
    [InlineData(new[] { "hybrid" }, "hybrid")]
    public void Rules_fall_back_in_the_stated_order(string[] available, string expected)
    {
        using var router = new Router(s_rules);
        Decision decision = router.Route("who wrote this", router.SetOf(available));
        Assert.Equal(expected, router.Backends[decision.Backend]);
        Assert.Equal(expected != "neo4j", decision.Flags.HasFlag(DecisionFlags.PreferredUnavailable));
    }

    [Theory]
    [InlineData("rules")]
    [InlineData("thompson")]
    [InlineData("greedy")]
    [InlineData("uniform")]
    public void Every_strategy_honours_the_mask(string strategy)
    {
        using var router = new Router(new RouterOptions { Strategy = strategy, Seed = 5 });
        for (ulong mask = 1; mask < 32; mask++)
        {
            for (int i = 0; i < 40; i++)
            {
                Decision decision = router.Route("who is it", new BackendSet(mask | 1UL << 63));
                Assert.True((mask >> decision.Backend & 1) != 0);
            }
        }
    }

    [Fact]
    public void Without_an_available_backend_routing_is_an_error()
    {
        using var router = new Router(s_rules);
        var error = Assert.Throws<ArgumentException>(() => router.Route("x", BackendSet.None));
        Assert.Contains("neo4j, qdrant", error.Message);
        Assert.Throws<ArgumentException>(() => router.Route("x", new BackendSet(1UL << 5)));
        Assert.Throws<ArgumentException>(() => router.RouteBatch(["x"], new Decision[1], BackendSet.None));
    }

    [Fact]
    public void Null_queries_are_refused_by_name()
    {
        using var router = new Router(s_rules);
        Assert.Throws<ArgumentNullException>(() => router.Route(null!));
        var error = Assert.Throws<ArgumentException>(() => router.RouteBatch(["a", null!], new Decision[2], BackendSet.All));
        Assert.Contains("index 1", error.Message);
    }

    [Fact]
    public void Unknown_names_are_refused_with_the_known_ones()
    {
        using var router = new Router(s_rules);
        var error = Assert.Throws<ArgumentException>(() => router.SetOf("qdrant", "milvus"));
        Assert.Contains("'milvus'", error.Message);
        Assert.Contains("neo4j, qdrant, mem0, inmemory, hybrid", error.Message);
    }

    [Theory]
    [InlineData("thompson")]
    [InlineData("rules")]
    [InlineData("uniform")]
    public void The_same_seed_gives_the_same_decisions_and_ids(string strategy)
    {
        Assert.Equal(Run(7), Run(7));
        Assert.NotEqual(Run(7), Run(8));

        Decision[] Run(ulong seed)
        {
            using var router = new Router(new RouterOptions { Strategy = strategy, Seed = seed });
            return [.. Enumerable.Range(0, 200).Select(i =>
            {
                Decision decision = router.Route($"who likes query {i}");
                router.Record(decision.Id, new Outcome(i % 10 / 10.0, 20));
                return decision;
            })];
        }
    }

    [Theory]
    [InlineData("thompson")]
    [InlineData("rules")]
    [InlineData("greedy")]
    [InlineData("uniform")]
    public void A_batch_decides_as_one_by_one(string strategy)
    {
        string[] queries = [.. Enumerable.Range(0, 1000).Select(i => string.Concat(Enumerable.Repeat($"find my latest {i} — naïve ", i % 7)))];
        using var single = new Router(new RouterOptions { Strategy = strategy, Seed = 3 });
        using var strings = new Router(new RouterOptions { Strategy = strategy, Seed = 3 });
        using var buffer = new Router(new RouterOptions { Strategy = strategy, Seed = 3 });
        Decision[] expected = [.. queries.Select(single.Route)];

        var fromStrings = new Decision[queries.Length];
        strings.RouteBatch(queries, fromStrings, BackendSet.All);
        Assert.Equal(expected, fromStrings);

        (byte[] utf8, int[] offsets) = Arrow(queries);
        var fromBuffer = new Decision[queries.Length];
        buffer.RouteBatch(utf8, offsets, fromBuffer, BackendSet.All);
        Assert.Equal(expected, fromBuffer);
    }

    [Theory]
    [InlineData(new[] { 0, 5, 3 }, "Offset 2 is 3")]
    [InlineData(new[] { -1, 5, 6 }, "Offset 0 is -1")]
    [InlineData(new[] { 0, 5, 11 }, "Offset 2 is 11")]
    public void Wrong_offsets_are_refused_before_anything_is_decided(int[] offsets, string message)
    {
        using var router = new Router(s_rules);
        var error = Assert.Throws<ArgumentException>(() => router.RouteBatch(new byte[10], offsets, new Decision[2], BackendSet.All));
        Assert.Contains(message, error.Message);
        Assert.Equal(0, router.GetStatistics().Decisions);
    }

    [Fact]
    public void Empty_batches_and_too_little_room()
    {
        using var router = new Router(s_rules);
        router.RouteBatch([], [], BackendSet.All);
        router.RouteBatch([], default(ReadOnlySpan<int>), [], BackendSet.All);
        router.RouteBatch([], [0], [], BackendSet.All);
        Assert.Throws<ArgumentException>(() => router.RouteBatch(["a", "b"], new Decision[1], BackendSet.All));
    }

    [Property]
    public void Any_text_is_routed(string? text, ulong mask)
    {
        using var router = new Router(new RouterOptions { Seed = 1 });
        ulong available = (mask & 31) == 0 ? 1 : mask;
        Decision decision = router.Route((text ?? "").AsSpan(), new BackendSet(available));
        Assert.True((available >> decision.Backend & 1) != 0);
        Assert.InRange(decision.Confidence, 0, 1);
    }

    [Fact]
    public void A_strategy_and_a_classifier_of_the_users_own_are_used()
    {
        using var router = new Router(new RouterOptions { CustomStrategy = new Last(), Classifier = new ByLength() });
        Decision decision = router.Route("four");
        Assert.Equal("inmemory", router.Backends[router.Route("four".AsSpan(), router.SetOf("qdrant", "inmemory")).Backend]);
        Assert.Equal(4, decision.QueryType);
        Assert.Equal(0.25f, decision.Confidence);
        Assert.Equal("last", router.Strategy);
        Assert.Equal(decision.QueryType, router.Route("four"u8, BackendSet.All).QueryType);

        // Answers out of range are caught, not followed.
        Assert.Throws<InvalidOperationException>(() => router.Route("seven!!"));
        using var broken = new Router(new RouterOptions { CustomStrategy = new Broken() });
        Assert.Throws<InvalidOperationException>(() => broken.Route("x"));
    }

    [Fact]
    public void A_disposed_router_refuses_to_route()
    {
        var router = new Router(s_rules);
        router.Route("x");
        router.Dispose();
        router.Dispose();
        Assert.Throws<ObjectDisposedException>(() => router.Route("x"));
    }

    [Fact]
    public void Thompson_learns_which_backend_is_best()
    {
        using var router = new Router(new RouterOptions { Seed = 11 });
        double[] truth = [0.2, 0.3, 0.9, 0.4, 0.5];
        var random = new Random(3);
        int best = 0;
        for (int i = 0; i < 3000; i++)
        {
            Decision decision = router.Route("who did it");
            router.Record(decision.Id, new Outcome(random.NextDouble() < truth[decision.Backend] ? 1 : 0, 5));
            best += i >= 2000 && decision.Backend == 2 ? 1 : 0;
        }

        Assert.True(best > 900, $"the best backend was chosen {best} times in the last 1000");
    }

    internal static (byte[] Utf8, int[] Offsets) Arrow(string[] queries)
    {
        byte[][] encoded = [.. queries.Select(System.Text.Encoding.UTF8.GetBytes)];
        var offsets = new int[queries.Length + 1];
        for (int i = 0; i < encoded.Length; i++)
        {
            offsets[i + 1] = offsets[i] + encoded[i].Length;
        }

        return ([.. encoded.SelectMany(static bytes => bytes)], offsets);
    }

    private sealed class Last : IRoutingStrategy
    {
        public string Name => "last";

        public bool IsLearned => false;

        public int Choose(ref StrategyContext context) => 63 - System.Numerics.BitOperations.LeadingZeroCount(context.Available);
    }

    private sealed class Broken : IRoutingStrategy
    {
        public string Name => "broken";

        public bool IsLearned => false;

        public int Choose(ref StrategyContext context) => -1;
    }

    private sealed class ByLength : IQueryClassifier
    {
        public ClassifiedQuery Classify(ReadOnlySpan<char> query) => new(query.Length, 0.25f);
    }
}
