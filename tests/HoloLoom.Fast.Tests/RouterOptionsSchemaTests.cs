using System.Text.Json;
using System.Text.RegularExpressions;

namespace HoloLoom.Fast.Tests;

public sealed class RouterOptionsSchemaTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse(RouterOptions.JsonSchema()).RootElement;

    [Fact]
    public void Names_its_dialect() => Assert.Equal("https://json-schema.org/draft/2020-12/schema", Schema.GetProperty("$schema").GetString());

    [Fact]
    public void Describes_the_keys_that_are_read_and_no_others()
    {
        AssertKeys(ConfigurationKeys.Root, Schema);
        JsonElement type = Property(Schema, "queryTypes").GetProperty("items");
        AssertKeys(ConfigurationKeys.QueryType, type);
        JsonElement[] patterns = [.. Property(type, "patterns").GetProperty("items").GetProperty("anyOf").EnumerateArray()];
        Assert.Equal(ConfigurationKeys.Pattern, patterns.Skip(1).Select(static p => p.GetProperty("properties").EnumerateObject().Single().Name));
        JsonElement[] rewards = [.. Property(Schema, "reward").GetProperty("oneOf").EnumerateArray()];
        AssertKeys(ConfigurationKeys.ThresholdReward, rewards[0]);
        AssertKeys(ConfigurationKeys.WeightedReward, rewards[1]);
        AssertKeys(ConfigurationKeys.Weights, Property(rewards[1], "weights"));
        AssertKeys(ConfigurationKeys.Prior, Property(Schema, "prior"));
        JsonElement experiment = Property(Schema, "experiment");
        AssertKeys(ConfigurationKeys.Experiment, experiment);
        AssertKeys(ConfigurationKeys.Variant, Property(experiment, "variants").GetProperty("items"));
        AssertKeys(ConfigurationKeys.Guardrails, Property(experiment, "guardrails"));
        AssertKeys(ConfigurationKeys.PriorCell, Property(Property(Schema, "prior"), "cells").GetProperty("items"));
    }

    [Fact]
    public void Every_key_is_described_and_has_its_default()
    {
        using JsonDocument defaults = JsonDocument.Parse(new RouterOptions().ToJson());
        foreach (JsonProperty property in Schema.GetProperty("properties").EnumerateObject())
        {
            Assert.NotEmpty(property.Value.GetProperty("description").GetString()!);
            if (property.Name != "$schema")
            {
                Assert.True(JsonElement.DeepEquals(defaults.RootElement.GetProperty(property.Name), property.Value.GetProperty("default")), property.Name);
            }
        }
    }

    [Fact]
    public void States_the_limits_that_reading_holds_to()
    {
        Assert.Equal((1, 64), Limits("backends", "minItems", "maxItems"));
        Assert.Equal((1, 64), Limits("queryTypes", "minItems", "maxItems"));
        Assert.Equal((0, 1023), Limits("node", "minimum", "maximum"));
        Assert.Equal((1 << 16, 1 << 30), Limits("duplicateWindow", "minimum", "maximum"));
        Assert.Equal(ulong.MaxValue, Property(Schema, "seed").GetProperty("maximum").GetUInt64());
        Assert.Equal(["thompson", "rules", "greedy", "uniform"], Property(Schema, "strategy").GetProperty("enum").EnumerateArray().Select(static e => e.GetString()));
    }

    [Theory]
    [InlineData("250ms")]
    [InlineData("1.5h")]
    [InlineData("7d")]
    [InlineData("01:30:00")]
    [InlineData("1.01:30:00.25")]
    [InlineData("7")]
    [InlineData("1w")]
    [InlineData("7 d")]
    [InlineData("1:2")]
    public void Agrees_with_the_reader_on_durations(string text)
    {
        bool described = Regex.IsMatch(text, Property(Schema, "halfLife").GetProperty("pattern").GetString()!);
        Assert.Equal(described, Accepts($$"""{"halfLife":"{{text}}"}"""));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a b")]
    [InlineData("größe 不明")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(" a")]
    [InlineData("a ")]
    [InlineData("a\tb")]
    [InlineData("a\u0085b")]
    public void Agrees_with_the_reader_on_names(string name)
    {
        string pattern = Property(Schema, "backends").GetProperty("items").GetProperty("pattern").GetString()!;
        string json = JsonSerializer.Serialize(new { backends = new[] { name }, queryTypes = new[] { new { name = "t", backend = name } } });
        Assert.Equal(Regex.IsMatch(name, pattern), Accepts(json));
    }

    private static bool Accepts(string json)
    {
        try
        {
            _ = RouterOptions.FromJson(json);
            return true;
        }
        catch (RouterConfigurationException)
        {
            return false;
        }
    }

    private static JsonElement Property(JsonElement schema, string key) => schema.GetProperty("properties").GetProperty(key);

    private static (int Least, int Most) Limits(string key, string least, string most) =>
        (Property(Schema, key).GetProperty(least).GetInt32(), Property(Schema, key).GetProperty(most).GetInt32());

    private static void AssertKeys(string[] keys, JsonElement schema)
    {
        Assert.Equal(keys, schema.GetProperty("properties").EnumerateObject().Select(static p => p.Name));
        Assert.False(schema.GetProperty("additionalProperties").GetBoolean());
    }
}
