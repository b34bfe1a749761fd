using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using HoloLoom.Fast.Learning;

namespace HoloLoom.Fast.Tests.Learning;

public sealed class RewardRuleTests
{
    [Theory]
    [InlineData(0.71, 1999, 1)]
    [InlineData(0.7, 10, 0)]
    [InlineData(0.71, 2000, 0)]
    [InlineData(1, 0, 1)]
    [InlineData(0, 0, 0)]
    public void The_threshold_reward_asks_for_more_relevance_and_less_latency_than_its_limits(double relevance, double latency, double expected) =>
        Assert.Equal(expected, RewardRule.Threshold(0.7, 2000).Evaluate(relevance, latency, 0));

    [Fact]
    public void The_weighted_reward_is_the_mean_of_its_parts()
    {
        RewardRule rule = RewardRule.Weighted(0.7, 2000, 1, 0.4, 0.3, 0.3, 0);
        Assert.Equal(0.4 * 0.9 + 0.3 + 0.3 * 0.75, rule.Evaluate(0.9, 500, 0), 12);
        Assert.Equal(0.4 * 0.5 + 0.3 * 0.75, rule.Evaluate(0.5, 500, 0), 12);
        Assert.Equal(0.4 * 0.9, rule.Evaluate(0.9, 1e300, 0), 12);
    }

    [Fact]
    public void Cost_counts_against_its_limit_and_weights_need_not_sum_to_one()
    {
        RewardRule rule = RewardRule.Weighted(0.7, 2000, 4, 1, 0, 0, 1);
        Assert.Equal((0.8 + 0.75) / 2, rule.Evaluate(0.8, 10, 1), 12);
        Assert.Equal(0.4, rule.Evaluate(0.8, 10, 40), 12);
    }

    [Property]
    public Property Rewards_stay_between_0_and_1() =>
        Prop.ForAll(
            Gen.Choose(0, 1000).Select(i => i / 1000.0).ToArbitrary(),
            Gen.Choose(0, 1_000_000).Select(i => i / 10.0).Two().ToArbitrary(),
            Gen.Choose(0, 10).Select(i => (double)i).Four().ToArbitrary(),
            (relevance, measured, weights) =>
            {
                RewardRule rule = RewardRule.Weighted(0.7, 2000, 1, weights.Item1 + 0.1, weights.Item2, weights.Item3, weights.Item4);
                double reward = rule.Evaluate(relevance, measured.Item1, measured.Item2);
                return reward is >= 0 and <= 1;
            });
}
