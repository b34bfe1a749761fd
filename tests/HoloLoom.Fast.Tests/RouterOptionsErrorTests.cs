using FsCheck.Xunit;

namespace HoloLoom.Fast.Tests;

/// <summary>What a person sees who gets the configuration file wrong: the path and the reason, never a parser's own exception.</summary>
public sealed class RouterOptionsErrorTests
{
    [Theory]
    [InlineData("""{"strategi":"rules"}""", "$.strategi", "did you mean 'strategy'?")]
    [InlineData("""{"wibble":1}""", "$.wibble", "known are $schema, backends,")]
    [InlineData("""{"we ird\n":1}""", @"$['we ird\u000a']", "unknown key")]
    [InlineData("""{"seed":1,"node":0,"seed":2}""", "$.seed", "given twice")]
    [InlineData("""{"prior":{"alpha":1,"alpha":1}}""", "$.prior.alpha", "given twice")]
    [InlineData("""{"queryTypes":[{"name":"a","backend":"mem0","pattern":[]}]}""", "$.queryTypes[0].pattern", "did you mean 'patterns'?")]
    [InlineData("""{"queryTypes":[{"name":"a","backend":"mem0","patterns":[{"word":["a"]}]}]}""", "$.queryTypes[0].patterns[0].word", "did you mean 'words'?")]
    [InlineData("""{"reward":{"wieghts":{}}}""", "$.reward.wieghts", "did you mean 'weights'?")]
    [InlineData("""{"reward":{"weights":{}}}""", "$.reward.weights", "belongs to the kind 'weighted'")]
    [InlineData("""{"reward":{"kind":"weighted","latencyMs":1}}""", "$.reward.latencyMs", "belongs to the kind 'threshold'")]
    [InlineData("""{"reward":{"kind":"weighted","weights":{"costs":1}}}""", "$.reward.weights.costs", "did you mean 'cost'?")]
    [InlineData("""{"prior":{"gamma":1}}""", "$.prior.gamma", "unknown key")]
    [InlineData("""{"prior":{"cells":[{"querytype":"personal"}]}}""", "$.prior.cells[0].querytype", "did you mean 'queryType'?")]
    public void Unknown_and_repeated_keys(string json, string path, string reason) => AssertError(json, path, reason);

    [Theory]
    [InlineData("""{"experiment":{"variants":[]}}""", "$.experiment.name", "missing")]
    [InlineData("""{"experiment":{"name":"x"}}""", "$.experiment.variants", "missing")]
    [InlineData("""{"experiment":{"name":"x","variants":[]}}""", "$.experiment.variants", "empty; two are the least")]
    [InlineData("""{"experiment":{"name":"x","variants":[{"name":"a"}]}}""", "$.experiment.variants", "one is given; two are the least")]
    [InlineData("""{"experiment":{"name":"x","variants":[{"name":"a"},{"name":"a"}]}}""", "$.experiment.variants[1].name", "already at $.experiment.variants[0]")]
    [InlineData("""{"experiment":{"name":"x","variants":[{"name":"a"},{"name":"holdout"}]}}""", "$.experiment.variants[1].name", "outside the experiment")]
    [InlineData("""{"experiment":{"name":"x","variants":[{"name":"a"},{"name":"b","strategy":"rule"}]}}""", "$.experiment.variants[1].strategy", "did you mean 'rules'?")]
    [InlineData("""{"experiment":{"name":"x","variants":[{"name":"a"},{"name":"b","weight":-1}]}}""", "$.experiment.variants[1].weight", "0 or more")]
    [InlineData("""{"experiment":{"name":"x","variants":[{"name":"a","weight":0},{"name":"b","weight":0}]}}""", "$.experiment.variants", "all weights are 0")]
    [InlineData("""{"experiment":{"name":"x","variants":[{"name":"a"},{"name":"b","weigth":1}]}}""", "$.experiment.variants[1].weigth", "did you mean 'weight'?")]
    [InlineData("""{"experiment":{"name":"x","variants":[{"name":"a"},{"name":"b","prior":{"alpha":0}}]}}""", "$.experiment.variants[1].prior.alpha", "above 0")]
    [InlineData("""{"experiment":{"name":"x","sharePosteriors":true,"variants":[{"name":"a"},{"name":"b","prior":{}}]}}""", "$.experiment.variants[1].prior", "shared posteriors")]
    [InlineData("""{"experiment":{"name":"x","sharePosteriors":1,"variants":[{"name":"a"},{"name":"b"}]}}""", "$.experiment.sharePosteriors", "true or false")]
    [InlineData("""{"experiment":{"name":"x","holdout":1,"variants":[{"name":"a"},{"name":"b"}]}}""", "$.experiment.holdout", "from 0 to 0.9")]
    [InlineData("""{"experiment":{"name":"x","exploration":2,"variants":[{"name":"a"},{"name":"b"}]}}""", "$.experiment.exploration", "from 0 to 1")]
    [InlineData("""{"experiment":{"name":"x","alpha":0,"variants":[{"name":"a"},{"name":"b"}]}}""", "$.experiment.alpha", "to 0.5")]
    [InlineData("""{"experiment":{"name":"x","promotedShare":0.2,"variants":[{"name":"a"},{"name":"b"}]}}""", "$.experiment.promotedShare", "from 0.5 to 1")]
    [InlineData("""{"experiment":{"name":"x","guardrails":{"failureRate":2},"variants":[{"name":"a"},{"name":"b"}]}}""", "$.experiment.guardrails.failureRate", "from 0 to 1")]
    [InlineData("""{"experiment":{"name":"x","guardrails":{"p95LatencyMs":0},"variants":[{"name":"a"},{"name":"b"}]}}""", "$.experiment.guardrails.p95LatencyMs", "above 0")]
    public void Experiments(string json, string path, string reason) => AssertError(json, path, reason);

    [Theory]
    [InlineData("""{"queryTypes":[{"backend":"mem0"}]}""", "$.queryTypes[0].name", "missing")]
    [InlineData("""{"queryTypes":[{"name":"a"}]}""", "$.queryTypes[0].backend", "missing")]
    [InlineData("""{"prior":{"cells":[{"queryType":"personal","backend":"mem0","alpha":1}]}}""", "$.prior.cells[0].beta", "missing")]
    public void Missing_keys(string json, string path, string reason) => AssertError(json, path, reason);

    [Theory]
    [InlineData("""{"backends":["neo4j","qdrant","mem0","inmemory","mem0"]}""", "$.backends[4]", "already at $.backends[2]")]
    [InlineData("""{"backends":[]}""", "$.backends", "empty")]
    [InlineData("""{"backends":[""]}""", "$.backends[0]", "empty")]
    [InlineData("""{"backends":["  "]}""", "$.backends[0]", "empty")]
    [InlineData("""{"backends":["a\u0007b"]}""", "$.backends[0]", "control character")]
    [InlineData("""{"backends":[" a"]}""", "$.backends[0]", "white space")]
    [InlineData("""{"backends":["a\ud800"]}""", "$.backends[0]", "surrogate")]
    [InlineData("""{"a\ud800":1}""", "$", "surrogate")]
    [InlineData("""{"backends":["a","neo4j","inmemory"]}""", "$.backends", "prefer qdrant, mem0, which are not listed; give 'queryTypes' too")]
    [InlineData("""{"queryTypes":[]}""", "$.queryTypes", "empty")]
    [InlineData("""{"queryTypes":[{"name":"","backend":"mem0"}]}""", "$.queryTypes[0].name", "empty")]
    [InlineData("""{"queryTypes":[{"name":"a\t","backend":"mem0"}]}""", "$.queryTypes[0].name", "control character")]
    [InlineData("""{"queryTypes":[{"name":"a","backend":"mem0"},{"name":"a","backend":"mem0","patterns":["x"]}]}""", "$.queryTypes[1].name", "already at $.queryTypes[0]")]
    [InlineData("""{"queryTypes":[{"name":"a","backend":"mem0"},{"name":"b","backend":"mem0"}]}""", "$.queryTypes[1].patterns", "both have no patterns")]
    [InlineData("""{"queryTypes":[{"name":"unknown","backend":"mem0","patterns":["x"]}]}""", "$.queryTypes", "name is taken")]
    [InlineData("""{"queryTypes":[{"name":"a","backend":"Mem0"}]}""", "$.queryTypes[0].backend", "did you mean 'mem0'?")]
    [InlineData("""{"fallback":[]}""", "$.fallback", "empty")]
    [InlineData("""{"fallback":["mem0","elastic"]}""", "$.fallback[1]", "known are neo4j, qdrant,")]
    [InlineData("""{"fallback":["mem0","mem0"]}""", "$.fallback[1]", "already at $.fallback[0]")]
    [InlineData("""{"strategy":"thomson"}""", "$.strategy", "did you mean 'thompson'?")]
    [InlineData("""{"strategy":""}""", "$.strategy", "empty")]
    public void Names(string json, string path, string reason) => AssertError(json, path, reason);

    [Theory]
    [InlineData("\"\"", "", "empty")]
    [InlineData("\" \"", "", "empty")]
    [InlineData("\"a,,b\"", "", "between the commas")]
    [InlineData("{}", "", "either 'words' or 'regex'")]
    [InlineData("{\"words\":[\"a\"],\"regex\":\"a\"}", "", "either 'words' or 'regex'")]
    [InlineData("{\"words\":[]}", ".words", "empty")]
    [InlineData("{\"words\":[\"a\",\" \"]}", ".words[1]", "empty")]
    [InlineData("{\"regex\":\"\"}", ".regex", "empty")]
    [InlineData("{\"regex\":1}", ".regex", "a string is expected; found '1'")]
    [InlineData("7", "", "found '7'")]
    public void Patterns(string pattern, string path, string reason) =>
        AssertError($$"""{"queryTypes":[{"name":"a","backend":"mem0","patterns":["ok",{{pattern}}]}]}""", $"$.queryTypes[0].patterns[1]{path}", reason);

    [Theory]
    [InlineData("""{"reward":{"kind":"wieghted"}}""", "$.reward.kind", "did you mean 'weighted'?")]
    [InlineData("""{"reward":{"relevance":1.01}}""", "$.reward.relevance", "from 0 to 1")]
    [InlineData("""{"reward":{"latencyMs":0}}""", "$.reward.latencyMs", "above 0")]
    [InlineData("""{"reward":{"latencyMs":1e999}}""", "$.reward.latencyMs", "'1e999' is too large")]
    [InlineData("""{"reward":{"kind":"weighted","weights":{"success":-1}}}""", "$.reward.weights.success", "0 or more")]
    [InlineData("""{"reward":{"kind":"weighted","weights":{"relevance":0,"success":0,"latency":0,"cost":0}}}""", "$.reward.weights", "all weights are 0")]
    [InlineData("""{"reward":{"kind":"weighted","weights":{"relevance":1e308,"success":1e308}}}""", "$.reward.weights", "sum is too large")]
    [InlineData("""{"reward":{"kind":"weighted","relevanceThreshold":-0.1}}""", "$.reward.relevanceThreshold", "from 0 to 1")]
    [InlineData("""{"reward":{"kind":"weighted","latencyLimitMs":-5}}""", "$.reward.latencyLimitMs", "above 0")]
    [InlineData("""{"reward":{"kind":"weighted","costLimit":0}}""", "$.reward.costLimit", "above 0")]
    [InlineData("""{"prior":{"alpha":0}}""", "$.prior.alpha", "above 0")]
    [InlineData("""{"prior":{"beta":-1}}""", "$.prior.beta", "above 0")]
    [InlineData("""{"prior":{"cells":[{"queryType":"personel","backend":"mem0","alpha":1,"beta":1}]}}""", "$.prior.cells[0].queryType", "did you mean 'personal'?")]
    [InlineData("""{"prior":{"cells":[{"queryType":"personal","backend":"mem1","alpha":1,"beta":1}]}}""", "$.prior.cells[0].backend", "did you mean 'mem0'?")]
    [InlineData("""{"prior":{"cells":[{"queryType":"personal","backend":"mem0","alpha":0,"beta":1}]}}""", "$.prior.cells[0].alpha", "above 0")]
    [InlineData("""{"halfLife":0}""", "$.halfLife", "at least 1ms")]
    [InlineData("""{"halfLife":-5}""", "$.halfLife", "at least 1ms")]
    [InlineData("""{"halfLife":1e300}""", "$.halfLife", "too large")]
    [InlineData("""{"halfLife":"7 days"}""", "$.halfLife", "'7 days' is not a duration; write a number of seconds")]
    [InlineData("""{"halfLife":"7"}""", "$.halfLife", "not a duration")]
    [InlineData("""{"halfLife":true}""", "$.halfLife", "found true")]
    [InlineData("""{"flushInterval":"1ms"}""", "$.flushInterval", "from 10ms to 49d")]
    [InlineData("""{"flushInterval":"60d"}""", "$.flushInterval", "from 10ms to 49d")]
    [InlineData("""{"seed":-1}""", "$.seed", "from 0 to 18446744073709551615")]
    [InlineData("""{"seed":1.5}""", "$.seed", "whole number")]
    [InlineData("""{"seed":18446744073709551616}""", "$.seed", "found '18446744073709551616'")]
    [InlineData("""{"seed":"7"}""", "$.seed", "found a string")]
    [InlineData("""{"node":1024}""", "$.node", "from 0 to 1023")]
    [InlineData("""{"node":0.5}""", "$.node", "a whole number is expected; found '0.5'")]
    [InlineData("""{"duplicateWindow":1000}""", "$.duplicateWindow", "from 65536 to 1073741824")]
    [InlineData("""{"duplicateWindow":99999999999}""", "$.duplicateWindow", "whole number")]
    public void Numbers_and_durations(string json, string path, string reason) => AssertError(json, path, reason);

    [Theory]
    [InlineData("null", "$", "an object is expected; found null")]
    [InlineData("[]", "$", "an object is expected; found an array")]
    [InlineData("3", "$", "found '3'")]
    [InlineData("""{"$schema":1}""", "$.$schema", "a string is expected; found '1'")]
    [InlineData("""{"backends":"mem0"}""", "$.backends", "an array is expected; found a string")]
    [InlineData("""{"backends":null}""", "$.backends", "an array is expected; found null")]
    [InlineData("""{"backends":[1]}""", "$.backends[0]", "a string is expected; found '1'")]
    [InlineData("""{"queryTypes":{}}""", "$.queryTypes", "an array is expected; found an object")]
    [InlineData("""{"queryTypes":[null]}""", "$.queryTypes[0]", "an object is expected; found null")]
    [InlineData("""{"strategy":null}""", "$.strategy", "found null")]
    [InlineData("""{"reward":"threshold"}""", "$.reward", "an object is expected; found a string")]
    [InlineData("""{"reward":{"kind":false}}""", "$.reward.kind", "found false")]
    [InlineData("""{"prior":[1,1]}""", "$.prior", "found an array")]
    [InlineData("""{"prior":{"alpha":"1"}}""", "$.prior.alpha", "a number is expected; found a string")]
    public void Types(string json, string path, string reason) => AssertError(json, path, reason);

    [Theory]
    [InlineData(" ", "line 1, column 2")]
    [InlineData("{", "line 1, column 2")]
    [InlineData("{\n  \"seed\": 1,\n  \"node\" 2\n}", "line 3, column 10")]
    [InlineData("{} {}", "line 1, column 4")]
    [InlineData("{\"seed\": NaN}", "line 1, column 10")]
    [InlineData("{\"seed\": 01}", "line 1, column 11")]
    public void Malformed_text_is_located(string json, string place)
    {
        RouterConfigurationException e = Error(json);
        Assert.Equal("$", e.Path);
        Assert.Contains($"not valid JSON at {place}:", e.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("BytePositionInLine", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_without_end_is_refused() => AssertError(string.Concat(Enumerable.Repeat("{\"prior\":", 100_000)), "$", "depth");

    [Theory]
    [InlineData(new byte[] { (byte)'{', (byte)'\n', (byte)' ', 0xFF, (byte)'}' }, "line 2, column 2 (byte 0xFF)")]
    [InlineData(new byte[] { 0xFF, 0xFE, (byte)'{', 0, (byte)'}', 0 }, "line 1, column 1 (byte 0xFF)")]
    [InlineData(new byte[] { (byte)'"', 0xE2, 0x82 }, "line 1, column 2 (byte 0xE2)")]
    public void Invalid_UTF8_is_located(byte[] json, string place)
    {
        RouterConfigurationException e = Assert.Throws<RouterConfigurationException>(() => RouterOptions.FromJson(json));
        Assert.Contains(place, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_is_not_UTF16_is_refused() => AssertError("{\"a\uD800\":1}", "$", "surrogate");

    [Fact]
    public void A_null_text_is_the_callers_mistake() => Assert.Throws<ArgumentNullException>(() => RouterOptions.FromJson((string)null!));

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void At_most_64_backends(int count, bool allowed)
    {
        string backends = string.Join(',', Enumerable.Range(0, count).Select(static i => $"\"b{i}\""));
        string json = $$"""{"backends":[{{backends}}],"queryTypes":[{"name":"a","backend":"b0"}]}""";
        if (allowed)
        {
            Assert.Equal(count, RouterOptions.FromJson(json).Backends.Count);
        }
        else
        {
            AssertError(json, "$.backends", "64 is the most");
        }
    }

    [Theory]
    [InlineData(63, true, null)]
    [InlineData(64, true, "'unknown', which takes what matches nothing, is added")]
    [InlineData(64, false, null)]
    [InlineData(65, false, "64 is the most")]
    public void At_most_64_query_types_with_the_one_that_is_added(int count, bool allWithPatterns, string? reason)
    {
        string types = string.Join(',', Enumerable.Range(0, count).Select(i =>
            $$"""{"name":"t{{i}}","backend":"mem0","patterns":[{{(i > 0 || allWithPatterns ? "\"x\"" : "")}}]}"""));
        string json = $$"""{"queryTypes":[{{types}}]}""";
        if (reason is null)
        {
            Assert.Equal(count + (allWithPatterns ? 1 : 0), RouterOptions.FromJson(json).Validated().QueryTypes.Count);
        }
        else
        {
            AssertError(json, "$.queryTypes", reason);
        }
    }

    [Fact]
    public void A_name_of_any_length_makes_a_short_message()
    {
        string name = new('a', 1_000_000);
        AssertError($$"""{"backends":["{{name}}"]}""", "$.backends[0]", "256 is the most");
        Assert.True(Error($$"""{"{{name}}":1}""").Reason.Length < 300);
    }

    [Property]
    public void No_bytes_raise_anything_but_a_configuration_error(byte[] bytes) => ReadOrRefuse(bytes);

    [Property(MaxTest = 500)]
    public void No_damage_to_a_file_raises_anything_but_a_configuration_error(uint place, byte value, uint cut)
    {
        byte[] json = new RouterOptions { Seed = 5, HalfLife = TimeSpan.FromHours(1), Reward = new RewardOptions.Weighted(), Fallback = ["mem0"] }.ToJson();
        json[place % json.Length] = value;
        ReadOrRefuse(json);
        ReadOrRefuse(json[..(int)(cut % json.Length)]);
    }

    private static void ReadOrRefuse(byte[] json)
    {
        try
        {
            _ = RouterOptions.FromJson(json);
        }
        catch (RouterConfigurationException e)
        {
            Assert.StartsWith("$", e.Path, StringComparison.Ordinal);
            Assert.NotEmpty(e.Reason);
        }
    }

    private static RouterConfigurationException Error(string json) => Assert.Throws<RouterConfigurationException>(() => RouterOptions.FromJson(json));

    private static void AssertError(string json, string path, string reason)
    {
        RouterConfigurationException e = Error(json);
        Assert.Equal(path, e.Path);
        Assert.Contains(reason, e.Reason, StringComparison.Ordinal);
        Assert.StartsWith($"{path}: ", e.Message, StringComparison.Ordinal);
    }
}
