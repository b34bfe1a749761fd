using HoloLoom.Fast.Execution;

namespace HoloLoom.Fast.Tests.Execution;

public sealed class PatternSelectorTests
{
    private static readonly BackendSet s_two = BackendSet.Of(0, 1);
    private static readonly BackendSet s_three = BackendSet.Of(0, 1, 2);

    [Theory]
    [InlineData("why is that", 0.9f, 1, "strange-loop")]
    [InlineData("What SHOULD I read", 0.9f, 5, "strange-loop")]
    [InlineData("the best one", 0.1f, 1, "strange-loop")]
    [InlineData("an optimal route", 0.1f, 3, "strange-loop")]
    [InlineData("bestow shoulders suboptimal", 0.81f, 5, "feed-forward")]
    [InlineData("plain", 0.81f, 2, "feed-forward")]
    [InlineData("plain", 0.8f, 3, "parallel")]
    [InlineData("plain", 0.8f, 2, "recursive")]
    [InlineData("plain", 0.51f, 2, "recursive")]
    [InlineData("plain", 0.5f, 2, "chain")]
    [InlineData("plain", 0.1f, 3, "parallel")]
    [InlineData("plain", 0.1f, 1, "chain")]
    public void The_defaults_choose_by_words_then_confidence_then_backends(string query, float confidence, int backends, string expected) =>
        Assert.Equal(expected, new RulePatternSelector().Choose(query, Of(confidence), new BackendSet((1UL << backends) - 1)));

    [Fact]
    public void Words_and_thresholds_are_options()
    {
        var selector = new RulePatternSelector(new PatternSelectorOptions
        {
            ReflectiveWords = ["warum"],
            FeedForwardAbove = 0.5,
            ParallelFrom = 2,
            RecursiveAbove = 0.2,
        });
        Assert.Equal("strange-loop", selector.Choose("Warum das", Of(0.9f), s_three));
        Assert.Equal("feed-forward", selector.Choose("why that", Of(0.6f), s_three));
        Assert.Equal("parallel", selector.Choose("why that", Of(0.4f), s_two));
        Assert.Equal("recursive", selector.Choose("why that", Of(0.4f), BackendSet.Of(0)));
        Assert.Equal("chain", selector.Choose("why that", Of(0.2f), BackendSet.Of(0)));
        Assert.Equal("chain", new RulePatternSelector(new PatternSelectorOptions { ReflectiveWords = [] }).Choose("why", Of(0.2f), s_two));
    }

    [Theory]
    [InlineData(double.NaN, "$.selector.feedForwardAbove")]
    [InlineData(-0.1, "$.selector.feedForwardAbove")]
    [InlineData(1.1, "$.selector.feedForwardAbove")]
    public void Bad_thresholds_are_refused(double threshold, string path) =>
        Assert.Equal(path, Assert.Throws<RouterConfigurationException>(() => new RulePatternSelector(new PatternSelectorOptions { FeedForwardAbove = threshold })).Path);

    [Fact]
    public void Bad_words_are_refused()
    {
        Assert.Throws<RouterConfigurationException>(() => new RulePatternSelector(new PatternSelectorOptions { ReflectiveWords = ["why", " "] }));
        Assert.Throws<RouterConfigurationException>(() => new RulePatternSelector(new PatternSelectorOptions { ReflectiveWords = null! }));
        Assert.Throws<RouterConfigurationException>(() => new RulePatternSelector(new PatternSelectorOptions { ParallelFrom = 0 }));
        Assert.Throws<RouterConfigurationException>(() => new RulePatternSelector(new PatternSelectorOptions { RecursiveAbove = 2 }));
    }

    [Fact]
    public async Task The_orchestrator_asks_the_selector_unless_the_caller_forces_a_pattern()
    {
        Orchestrator orchestrator = Setup.Over(new OrchestratorOptions { CustomSelector = new Always("chain") }, ScriptedBackend.Scoring("a", 1));
        Assert.Equal("chain", (await orchestrator.ExecuteAsync("x")).Pattern);
        Assert.Equal("recursive", (await orchestrator.RunAsync("recursive")).Pattern);
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(async () => await orchestrator.RunAsync("sideways"));
        Assert.Contains("sideways", error.Message);
        Assert.Contains("feed-forward", error.Message);
    }

    private static Decision Of(float confidence) => new(default, 0, 0, 0, confidence, DecisionFlags.None);

    private sealed class Always(string pattern) : IPatternSelector
    {
        public string Choose(string query, in Decision decision, BackendSet available) => pattern;
    }
}
