using HoloLoom.Fast.Classification;

namespace HoloLoom.Fast.Tests;

/// <summary>What reaches a router from code: normalised, or refused for what JSON cannot even express.</summary>
public sealed class RouterOptionsValidationTests
{
    private static readonly QueryPattern[] X = [QueryPattern.Words("x")];

    [Fact]
    public void The_defaults_are_valid_and_complete()
    {
        RouterOptions valid = new RouterOptions().Validated();
        Assert.Equal(RouterOptions.DefaultBackends, valid.Backends);
        Assert.Equal(["relationship", "similarity", "personal", "temporal", "unknown"], valid.QueryTypes.Select(static t => t.Name));
        Assert.Equal(["qdrant", "neo4j", "mem0", "inmemory"], valid.Fallback);
    }

    [Theory]
    [InlineData(new[] { "mem0", "x", "qdrant" }, new[] { "qdrant", "mem0" })]
    [InlineData(new[] { "x", "y" }, new[] { "x", "y" })]
    public void Fallback_is_the_built_in_list_as_far_as_configured_else_every_backend(string[] backends, string[] fallback)
    {
        RouterOptions valid = new RouterOptions { Backends = backends, QueryTypes = [new("a", backends[0], X)] }.Validated();
        Assert.Equal(fallback, valid.Fallback);
    }

    [Fact]
    public void A_type_for_what_matches_nothing_is_added_last_and_goes_where_the_fallback_begins()
    {
        RouterOptions valid = new RouterOptions { Backends = ["x", "y"], QueryTypes = [new("a", "x", X)], Fallback = ["y"] }.Validated();
        Assert.Equal(["a", "unknown"], valid.QueryTypes.Select(static t => t.Name));
        Assert.Equal("y", valid.QueryTypes[1].Backend);
        Assert.Empty(valid.QueryTypes[1].Patterns);
    }

    [Fact]
    public void A_type_without_patterns_takes_that_place_wherever_it_stands()
    {
        RouterOptions valid = new RouterOptions { QueryTypes = [new("rest", "mem0", []), new("unknown", "mem0", X)] }.Validated();
        Assert.Equal(["rest", "unknown"], valid.QueryTypes.Select(static t => t.Name));
    }

    [Fact]
    public void With_a_classifier_of_the_users_own_types_need_no_patterns_and_none_is_added()
    {
        var options = new RouterOptions { Classifier = new FirstType(), QueryTypes = [new("a", "mem0", []), new("b", "mem0", [])] };
        Assert.Equal(2, options.Validated().QueryTypes.Count);
    }

    [Fact]
    public void Validated_options_do_not_change_with_the_lists_they_came_from()
    {
        string[] backends = ["x", "y"];
        var types = new List<QueryTypeOptions> { new("a", "x", X) };
        var cells = new List<PriorCell> { new("a", "x", 1, 1) };
        RouterOptions valid = new RouterOptions { Backends = backends, QueryTypes = types, Prior = new() { Cells = cells } }.Validated();
        backends[0] = "";
        types.Clear();
        cells.Clear();
        Assert.Equal("x", valid.Backends[0]);
        Assert.Equal(2, valid.QueryTypes.Count);
        Assert.Single(valid.Prior.Cells);
    }

    [Fact]
    public void Validating_twice_changes_nothing_more()
    {
        RouterOptions once = new RouterOptions { Backends = ["x"], QueryTypes = [new("a", "x", X)] }.Validated();
        Assert.Equal(once.ToJson(), once.Validated().ToJson());
    }

    public static TheoryData<string, RouterOptions> Refused() => new()
    {
        { "$.backends", new RouterOptions { Backends = null! } },
        { "$.backends[0]", new RouterOptions { Backends = [null!] } },
        { "$.backends[0]", new RouterOptions { Backends = ["a\uD800"] } },
        { "$.backends[0]", new RouterOptions { Backends = ["\uDC00\uD800"] } },
        { "$.backends", new RouterOptions { Backends = ["a"] } },
        { "$.queryTypes", new RouterOptions { QueryTypes = null! } },
        { "$.queryTypes[0]", new RouterOptions { QueryTypes = [null!] } },
        { "$.queryTypes[0].name", new RouterOptions { QueryTypes = [new(null!, "mem0", X)] } },
        { "$.queryTypes[0].backend", new RouterOptions { QueryTypes = [new("a", null!, X)] } },
        { "$.queryTypes[0].patterns", new RouterOptions { QueryTypes = [new("a", "mem0", null!)] } },
        { "$.queryTypes[0].patterns[1]", new RouterOptions { QueryTypes = [new("a", "mem0", [X[0], null!])] } },
        { "$.fallback[0]", new RouterOptions { Fallback = [null!] } },
        { "$.strategy", new RouterOptions { Strategy = null! } },
        { "$.reward", new RouterOptions { Reward = null! } },
        { "$.reward", new RouterOptions { Reward = new RewardOptions.Custom(null!) } },
        { "$.reward.relevance", new RouterOptions { Reward = new RewardOptions.Threshold { Relevance = double.NaN } } },
        { "$.reward.latencyMs", new RouterOptions { Reward = new RewardOptions.Threshold { LatencyMs = double.PositiveInfinity } } },
        { "$.reward.weights.cost", new RouterOptions { Reward = new RewardOptions.Weighted { CostWeight = double.NaN } } },
        { "$.reward.weights.latency", new RouterOptions { Reward = new RewardOptions.Weighted { LatencyWeight = double.PositiveInfinity } } },
        { "$.reward.costLimit", new RouterOptions { Reward = new RewardOptions.Weighted { CostLimit = double.NaN } } },
        { "$.prior", new RouterOptions { Prior = null! } },
        { "$.prior.alpha", new RouterOptions { Prior = new() { Alpha = double.NaN } } },
        { "$.prior.beta", new RouterOptions { Prior = new() { Beta = double.PositiveInfinity } } },
        { "$.prior.cells", new RouterOptions { Prior = new() { Cells = null! } } },
        { "$.prior.cells[0]", new RouterOptions { Prior = new() { Cells = [null!] } } },
        { "$.prior.cells[0].queryType", new RouterOptions { Prior = new() { Cells = [new(null!, "mem0", 1, 1)] } } },
        { "$.prior.cells[0].backend", new RouterOptions { Prior = new() { Cells = [new("personal", null!, 1, 1)] } } },
        { "$.prior.cells[0].beta", new RouterOptions { Prior = new() { Cells = [new("personal", "mem0", 1, double.NaN)] } } },
        { "$.prior.cells[1]", new RouterOptions { Prior = new() { Cells = [new("personal", "mem0", 1, 1), new("personal", "mem0", 2, 1)] } } },
        { "$.halfLife", new RouterOptions { HalfLife = TimeSpan.Zero } },
        { "$.halfLife", new RouterOptions { HalfLife = Timeout.InfiniteTimeSpan } },
        { "$.flushInterval", new RouterOptions { FlushInterval = TimeSpan.Zero } },
        { "$.flushInterval", new RouterOptions { FlushInterval = TimeSpan.MaxValue } },
        { "$.stateDirectory", new RouterOptions { StateDirectory = " " } },
        { "$.timeProvider", new RouterOptions { TimeProvider = null! } },
    };

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public void What_cannot_be_used_is_refused_with_its_path(string path, RouterOptions options)
    {
        RouterConfigurationException e = Assert.Throws<RouterConfigurationException>(options.Validated);
        Assert.Equal(path, e.Path);
        Assert.EndsWith(".", e.Reason, StringComparison.Ordinal);
    }

    private sealed class FirstType : IQueryClassifier
    {
        public ClassifiedQuery Classify(ReadOnlySpan<char> query) => new(0, 1);
    }
}
