using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using HoloLoom.Fast.Classification;

namespace HoloLoom.Fast.Tests;

public sealed class RouterOptionsJsonTests
{
    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{ /* nothing */ }")]
    [InlineData("\uFEFF{}")]
    [InlineData("{\"$schema\": \"https://example.org/schema.json\"}")]
    public void Nothing_given_means_the_defaults(string json)
    {
        RouterOptions options = RouterOptions.FromJson(json);
        Assert.Equal(Text(new RouterOptions()), Text(options));
        Assert.Same(RouterOptions.DefaultQueryTypes, options.QueryTypes);
        Assert.Same(RouterOptions.DefaultBackends, options.Backends);
        Assert.Null(options.Fallback);
        Assert.Equal(Text(options), Text(RouterOptions.FromJson(Encoding.UTF8.GetBytes(json))));
    }

    [Fact]
    public void Every_key_is_read()
    {
        RouterOptions options = RouterOptions.FromJson("""
            {
                // Two teams, two indexes.
                "backends": ["code", "prose", "größe",],
                "queryTypes": [
                    { "name": "code", "backend": "code", "patterns": ["class, look for", "c\\+\\+", { "words": ["c++", "a, b"] }, { "regex": "abc" }] },
                    { "name": "rest", "backend": "prose" }
                ],
                "fallback": ["größe", "prose"],
                "strategy": "greedy",
                "reward": { "kind": "weighted", "weights": { "relevance": 1, "cost": 2.5 }, "latencyLimitMs": 1e3, "relevanceThreshold": 0, "costLimit": 0.01 },
                "prior": { "alpha": 2, "cells": [{ "queryType": "code", "backend": "code", "alpha": 9, "beta": 0.5 }] },
                "halfLife": "7d",
                "seed": 18446744073709551615,
                "node": 1023,
                "duplicateWindow": 65536,
                "flushInterval": 0.25,
            }
            """);
        Assert.Equal(["code", "prose", "größe"], options.Backends);
        Assert.Equal(["code", "rest"], options.QueryTypes.Select(static t => t.Name));
        Assert.Equal(["code", "prose"], options.QueryTypes.Select(static t => t.Backend));
        IReadOnlyList<QueryPattern> patterns = options.QueryTypes[0].Patterns;
        Assert.Equal(["class", "look for"], patterns[0].Alternatives);
        Assert.Equal((true, @"c\+\+"), (patterns[1].IsRegex, patterns[1].Text));
        Assert.Equal(["c++", "a, b"], patterns[2].Alternatives);
        Assert.Equal((true, "abc"), (patterns[3].IsRegex, patterns[3].Text));
        Assert.Empty(options.QueryTypes[1].Patterns);
        Assert.Equal(["größe", "prose"], options.Fallback);
        Assert.Equal("greedy", options.Strategy);
        Assert.Equal(
            new RewardOptions.Weighted
            {
                RelevanceWeight = 1,
                SuccessWeight = 0.3,
                LatencyWeight = 0.3,
                CostWeight = 2.5,
                RelevanceThreshold = 0,
                LatencyLimitMs = 1000,
                CostLimit = 0.01,
            },
            options.Reward);
        Assert.Equal((2.0, 1.0), (options.Prior.Alpha, options.Prior.Beta));
        Assert.Equal(new PriorCell("code", "code", 9, 0.5), Assert.Single(options.Prior.Cells));
        Assert.Equal(TimeSpan.FromDays(7), options.HalfLife);
        Assert.Equal(ulong.MaxValue, options.Seed);
        Assert.Equal(1023, options.Node);
        Assert.Equal(65536, options.DuplicateWindow);
        Assert.Equal(TimeSpan.FromMilliseconds(250), options.FlushInterval);
    }

    [Fact]
    public void Null_says_none_where_there_can_be_none()
    {
        RouterOptions options = RouterOptions.FromJson("""{"fallback":null,"halfLife":null,"seed":null,"flushInterval":null}""");
        Assert.Null(options.Fallback);
        Assert.Null(options.HalfLife);
        Assert.Null(options.Seed);
        Assert.Equal(Timeout.InfiniteTimeSpan, options.FlushInterval);
        Assert.Equal(Timeout.InfiniteTimeSpan, RouterOptions.FromJson(options.ToJson()).FlushInterval);
    }

    [Fact]
    public void A_reward_without_a_kind_is_a_threshold() =>
        Assert.Equal(new RewardOptions.Threshold { Relevance = 0.5 }, RouterOptions.FromJson("""{"reward":{"relevance":0.5}}""").Reward);

    [Fact]
    public void Backends_alone_may_be_given_if_the_built_in_types_still_find_theirs()
    {
        RouterOptions options = RouterOptions.FromJson("""{"backends":["extra","inmemory","mem0","qdrant","neo4j"]}""");
        Assert.Equal("extra", options.Backends[0]);
        Assert.Same(RouterOptions.DefaultQueryTypes, options.QueryTypes);
    }

    [Fact]
    public void Defaults_are_written_with_every_key_in_readable_form()
    {
        string json = Text(new RouterOptions());
        using JsonDocument document = JsonDocument.Parse(json);
        Assert.Equal(ConfigurationKeys.Root.Skip(1), document.RootElement.EnumerateObject().Select(static p => p.Name));
        Assert.Contains("\"who, whom, whose\"", json, StringComparison.Ordinal);
        Assert.Contains("\"flushInterval\": \"5s\"", json, StringComparison.Ordinal);
        Assert.Contains("\"halfLife\": null", json, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', json);
    }

    [Property(MaxTest = 200)]
    public Property Any_options_survive_a_round_trip() => Prop.ForAll(AnyOptions(), static options =>
    {
        RouterOptions read = RouterOptions.FromJson(options.ToJson());
        return Text(read) == Text(options)
            && read.Reward == options.Reward
            && read.Prior.Cells.SequenceEqual(options.Prior.Cells)
            && (read.Prior.Alpha, read.Prior.Beta) == (options.Prior.Alpha, options.Prior.Beta)
            && read.HalfLife == options.HalfLife
            && read.FlushInterval == options.FlushInterval
            && (read.Seed, read.Node, read.DuplicateWindow, read.Strategy) == (options.Seed, options.Node, options.DuplicateWindow, options.Strategy)
            && read.Backends.SequenceEqual(options.Backends)
            && (read.Fallback is null) == (options.Fallback is null)
            && (read.Fallback ?? []).SequenceEqual(options.Fallback ?? [])
            && read.QueryTypes.Select(Flat).SequenceEqual(options.QueryTypes.Select(Flat));
    });

    [Fact]
    public void What_only_code_can_say_is_left_out()
    {
        var options = new RouterOptions { Reward = new RewardOptions.Custom(static _ => 1), StateDirectory = "state" };
        RouterOptions read = RouterOptions.FromJson(options.ToJson());
        Assert.Equal(new RewardOptions.Threshold(), read.Reward);
        Assert.Null(read.StateDirectory);
    }

    [Fact]
    public void Options_that_cannot_be_used_are_not_written() =>
        Assert.Equal("$.node", Assert.Throws<RouterConfigurationException>(() => new RouterOptions { Node = -1 }.ToJson()).Path);

    private static string Text(RouterOptions options) => Encoding.UTF8.GetString(options.ToJson());

    private static string Flat(QueryTypeOptions type) =>
        $"{type.Name}|{type.Backend}|{string.Join('|', type.Patterns.Select(static p => p.IsRegex ? $"/{p.Text}/" : string.Join('&', p.Alternatives!)))}";

    private static Arbitrary<RouterOptions> AnyOptions()
    {
        Gen<double> positive = ArbMap.Default.GeneratorFor<NormalFloat>().Select(static d => Math.Abs(d.Get)).Where(static d => d > 0);
        Gen<double> fractions = Gen.Choose(0, 1_000_003).Select(static n => n / 1_000_003.0);
        Gen<RewardOptions> rewards = Gen.OneOf(
            fractions.SelectMany(r => positive.Select(l => (RewardOptions)new RewardOptions.Threshold { Relevance = r, LatencyMs = l })),
            fractions.SelectMany(r => Gen.Choose(1, 1000).ArrayOf(6).Select(n => (RewardOptions)new RewardOptions.Weighted
            {
                RelevanceThreshold = r,
                RelevanceWeight = n[0] / 7.0,
                SuccessWeight = n[1] - 1,
                LatencyWeight = n[2] / 3.0,
                CostWeight = n[3] / 1000.0,
                LatencyLimitMs = n[4],
                CostLimit = n[5] / 10.0,
            })));
        Gen<QueryPattern> patterns = Gen.OneOf(
            Gen.Elements("one", "look for", "c++", "a, b", "größe", "\"quoted\"", "über\tall").NonEmptyListOf().Select(static w => QueryPattern.Words([.. w])),
            Gen.Elements("a|b", "plain", " ", @"\d+", "<x>", "a,,b").Select(QueryPattern.Regex));
        Gen<TimeSpan?> halfLives = Gen.OneOf(Gen.Constant<TimeSpan?>(null), Gen.Choose(1, int.MaxValue).Select(static n => (TimeSpan?)TimeSpan.FromTicks(n * 10_007L)));

        return Gen.Choose(1, 64).SelectMany(count => Gen.Choose(1, 63).SelectMany(typeCount => patterns.ListOf().ArrayOf(typeCount).SelectMany(lists =>
            rewards.SelectMany(reward => positive.ArrayOf(4).SelectMany(numbers => halfLives.SelectMany(halfLife => Gen.Choose(0, 1023).SelectMany(n =>
                ArbMap.Default.GeneratorFor<ulong>().Select(seed =>
                {
                    string[] backends = [.. Enumerable.Range(0, count).Select(static i => $"backend \"{i}\" é")];
                    return new RouterOptions
                    {
                        Backends = backends,
                        QueryTypes =
                        [
                            .. lists.Select((list, i) => new QueryTypeOptions($"type {i}", backends[i * 7 % count], list.Count > 0 ? [.. list] : [QueryPattern.Words("x")])),
                            new QueryTypeOptions("rest", backends[0], []),
                        ],
                        Fallback = n % 2 == 0 ? null : [.. backends.Reverse()],
                        Strategy = RouterOptions.StrategyNames[n % 4],
                        Reward = reward,
                        Prior = new PriorOptions { Alpha = numbers[0], Beta = numbers[1], Cells = [new PriorCell("rest", backends[0], numbers[2], numbers[3])] },
                        HalfLife = halfLife,
                        Seed = n % 3 == 0 ? null : seed,
                        Node = n,
                        DuplicateWindow = 65536 + n,
                        FlushInterval = n % 5 == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(10 + n),
                    };
                })))))))).ToArbitrary();
    }
}
