using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HoloLoom.Fast;

/// <summary>The JSON Schema of a configuration, from the same defaults and limits that reading it uses.</summary>
internal static class RouterOptionsSchema
{
    private const string DurationPattern = @"^(\d+(\.\d+)?(ms|s|m|h|d)|(\d+\.)?\d{2}:\d{2}:\d{2}(\.\d{1,7})?)$";

    // No control character, no white space at either end.
    private const string NamePattern = @"^[^\s\x00-\x1f\x7f-\x9f]([^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f])?$";

    public static string Create()
    {
        JsonNode defaults = JsonNode.Parse(new RouterOptions().ToJson())!;
        JsonObject properties = Properties();
        foreach ((string key, JsonNode? schema) in properties)
        {
            if (defaults.AsObject().TryGetPropertyValue(key, out JsonNode? value))
            {
                schema!["default"] = value?.DeepClone();
            }
        }

        JsonObject root = Object("Configuration of a HoloLoom.Fast router. Only what differs from the defaults need be given.", properties);
        root.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        root.Insert(1, "title", "HoloLoom.Fast router");
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            root.WriteTo(json);
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static JsonObject Properties() => new()
    {
        ["$schema"] = Of("string", "Where this schema is, for editors; ignored by the router."),
        ["backends"] = List(
            "The backends, in the order of their indices. Give queryTypes too, unless the backends of the built-in query types are among them.",
            Name("A backend's name."), 1, BackendSet.MaxBackends, unique: true),
        ["queryTypes"] = List(
            "The query types, in the order of their indices; of equal scores the first wins. At most one may be without patterns and takes what "
            + "matches nothing; 'unknown' is added when none is.",
            QueryType(), 1, RouterOptions.MaxQueryTypes),
        ["fallback"] = Nullable(List(
            "Where the strategy 'rules' turns when the preferred backend is not available, in this order; after them the first available backend. "
            + "Null: qdrant, neo4j, mem0, inmemory as far as they are configured, else all.",
            Name("A backend's name."), 1, BackendSet.MaxBackends, unique: true)),
        ["strategy"] = Choice("How a backend is chosen for a classified query.", [.. RouterOptions.StrategyNames]),
        ["reward"] = new JsonObject
        {
            ["description"] = "How an outcome becomes the reward, 0 to 1, that is learned.",
            ["oneOf"] = new JsonArray(ThresholdReward(), WeightedReward()),
        },
        ["prior"] = Prior(),
        ["halfLife"] = Duration("After this time an outcome counts half. Null: nothing is forgotten. At least 1ms."),
        ["experiment"] = Experiment(),
        ["seed"] = Nullable(Bounded("integer", "Makes decisions reproducible from one thread. Null: a fresh random seed.", 0, ulong.MaxValue)),
        ["node"] = Bounded("integer", "The number of this replica, part of every decision id.", 0, RouterOptions.MaxNode),
        ["duplicateWindow"] = Bounded(
            "integer",
            "How many of the latest decisions are guaranteed to be recognised when reported twice.",
            RouterOptions.MinDuplicateWindow,
            RouterOptions.MaxDuplicateWindow),
        ["flushInterval"] = Duration("How often changed state is written in the background, from 10ms to 49d. Null: only when asked and at the end."),
    };

    private static JsonObject QueryType() => Object(
        "A class of queries, the patterns that recognise it, and the backend that a rule sends it to.",
        new JsonObject
        {
            ["name"] = Name("The query type's name."),
            ["backend"] = Name("The preferred backend; one of 'backends'."),
            ["patterns"] = List("A query's score for the type is the number of these that it matches.", Pattern(), 0),
        },
        "name", "backend");

    private static JsonObject Pattern()
    {
        JsonObject text = Of("string", @"Words and phrases separated by commas; with any of \ ^ $ . | ? * + ( ) [ ] { } a regular expression.");
        text["minLength"] = 1;
        JsonObject word = Of("string", "A word or phrase, matched whole, whatever the case.");
        word["pattern"] = @"\S";
        JsonObject regex = Of("string", "A .NET regular expression that runs in linear time: no lookaround, backreference or atomic group.");
        regex["minLength"] = 1;
        return new JsonObject
        {
            ["anyOf"] = new JsonArray(
                text,
                Object("Words and phrases, any of which matches.", new JsonObject { ["words"] = List("The words and phrases.", word, 1) }, "words"),
                Object("A regular expression.", new JsonObject { ["regex"] = regex }, "regex")),
        };
    }

    private static JsonObject ThresholdReward()
    {
        var defaults = new RewardOptions.Threshold();
        return Object("1 if the relevance is above, and the latency below, a threshold; else 0.", new JsonObject
        {
            ["kind"] = Constant("threshold"),
            ["relevance"] = WithDefault(Bounded("number", "The relevance to exceed.", 0, 1), defaults.Relevance),
            ["latencyMs"] = WithDefault(Positive("The latency to stay under, in milliseconds."), defaults.LatencyMs),
        });
    }

    private static JsonObject WeightedReward()
    {
        var defaults = new RewardOptions.Weighted();
        return Object(
            "A weighted mean of relevance, success, speed and thrift.",
            new JsonObject
            {
                ["kind"] = Constant("weighted"),
                ["weights"] = Object("The weights; divided by their sum, which must be above 0. One that is left out keeps its default.", new JsonObject
                {
                    ["relevance"] = WithDefault(Bounded("number", "Weight of the relevance.", 0), defaults.RelevanceWeight),
                    ["success"] = WithDefault(Bounded("number", "Weight of success: relevance above, and latency below, the limits.", 0), defaults.SuccessWeight),
                    ["latency"] = WithDefault(Bounded("number", "Weight of speed: 1 - min(latency / latencyLimitMs, 1).", 0), defaults.LatencyWeight),
                    ["cost"] = WithDefault(Bounded("number", "Weight of thrift: 1 - min(cost / costLimit, 1).", 0), defaults.CostWeight),
                }),
                ["relevanceThreshold"] = WithDefault(Bounded("number", "The relevance that counts as success when exceeded.", 0, 1), defaults.RelevanceThreshold),
                ["latencyLimitMs"] = WithDefault(Positive("The latency at which speed is 0 and success impossible, in milliseconds."), defaults.LatencyLimitMs),
                ["costLimit"] = WithDefault(Positive("The cost at which thrift is 0."), defaults.CostLimit),
            },
            "kind");
    }

    private static JsonObject Prior()
    {
        var defaults = new PriorOptions();
        return Object("What is believed before the first outcome: Beta(alpha, beta) for every query type and backend.", new JsonObject
        {
            ["alpha"] = WithDefault(Positive("Pseudo-successes."), defaults.Alpha),
            ["beta"] = WithDefault(Positive("Pseudo-failures."), defaults.Beta),
            ["cells"] = List(
                "Pairs with a prior of their own; each at most once.",
                Object(
                    "The prior of one query type and backend.",
                    new JsonObject
                    {
                        ["queryType"] = Name("The query type's name."),
                        ["backend"] = Name("The backend's name."),
                        ["alpha"] = Positive("Pseudo-successes."),
                        ["beta"] = Positive("Pseudo-failures."),
                    },
                    ConfigurationKeys.PriorCell),
                0),
        });
    }

    private static JsonObject Experiment() => Nullable(Object(
        "Divides the traffic among strategies and finds out which is best. Null: every query is decided by 'strategy'.",
        new JsonObject
        {
            ["name"] = Name("The experiment's name; another name is another experiment."),
            ["variants"] = List(
                "The variants; recognised by name when the configuration changes.",
                Object(
                    "One arm of the experiment.",
                    new JsonObject
                    {
                        ["name"] = Name("The variant's name."),
                        ["strategy"] = Choice("How the variant chooses a backend.", [.. RouterOptions.StrategyNames]),
                        ["weight"] = WithDefault(Bounded("number", "Its share of traffic, relative to the other weights.", 0), 1),
                        ["pattern"] = Nullable(Name("The execution pattern that an orchestrator uses for its queries.")),
                        ["prior"] = Nullable(Prior()),
                    },
                    "name"),
                2,
                ExperimentOptions.MaxVariants),
            ["sharePosteriors"] = Of("boolean", "Whether all variants learn in the router's posteriors; by default each learns on its own."),
            ["holdout"] = Bounded("number", "The part of all traffic that stays outside the experiment.", 0, 0.9),
            ["exploration"] = WithDefault(Bounded("number", "The least part of the experiment's traffic that is divided evenly.", 0, 1), 0.05),
            ["alpha"] = WithDefault(Bounded("number", "The probability of ever naming a false winner.", 0, 0.5), 0.05),
            ["guardrails"] = Object("What no variant may exceed.", new JsonObject
            {
                ["failureRate"] = Nullable(Bounded("number", "The largest rate of outcomes that are no success.", 0, 1)),
                ["p95LatencyMs"] = Nullable(Positive("The largest 95th percentile of latency, in milliseconds.")),
            }),
            ["promotedShare"] = Nullable(Bounded("number", "The part of the experiment's traffic that a winner gets. Null: traffic is never moved.", 0, 1)),
        },
        "name", "variants"));

    private static JsonObject Of(string type, string description) => new() { ["type"] = type, ["description"] = description };

    private static JsonObject Object(string description, JsonObject properties, params string[] required)
    {
        JsonObject schema = Of("object", description);
        schema["properties"] = properties;
        schema["additionalProperties"] = false;
        if (required.Length > 0)
        {
            schema["required"] = Texts(required);
        }

        return schema;
    }

    private static JsonObject List(string description, JsonObject item, int least, int? most = null, bool unique = false)
    {
        JsonObject schema = Of("array", description);
        schema["items"] = item;
        schema["minItems"] = least;
        if (most is int limit)
        {
            schema["maxItems"] = limit;
        }

        if (unique)
        {
            schema["uniqueItems"] = true;
        }

        return schema;
    }

    private static JsonObject Name(string description)
    {
        JsonObject schema = Of("string", description);
        schema["maxLength"] = RouterOptions.MaxNameLength;
        schema["pattern"] = NamePattern;
        return schema;
    }

    private static JsonObject Choice(string description, string[] values)
    {
        JsonObject schema = Of("string", description);
        schema["enum"] = Texts(values);
        return schema;
    }

    private static JsonObject Constant(string value) => new() { ["const"] = value };

    private static JsonObject Bounded(string type, string description, int least, JsonNode? most = null)
    {
        JsonObject schema = Of(type, description);
        schema["minimum"] = least;
        if (most is not null)
        {
            schema["maximum"] = most;
        }

        return schema;
    }

    private static JsonObject Positive(string description)
    {
        JsonObject schema = Of("number", description);
        schema["exclusiveMinimum"] = 0;
        return schema;
    }

    private static JsonObject Duration(string description)
    {
        JsonObject schema = Of("string", $"{description} Seconds, or text such as 250ms, 90s, 15m, 6h, 7d, 01:30:00.");
        schema["type"] = Texts(["null", "number", "string"]);
        schema["exclusiveMinimum"] = 0;
        schema["pattern"] = DurationPattern;
        return schema;
    }

    private static JsonObject Nullable(JsonObject schema)
    {
        schema["type"] = Texts([schema["type"]!.GetValue<string>(), "null"]);
        return schema;
    }

    private static JsonObject WithDefault(JsonObject schema, double value)
    {
        schema["default"] = value;
        return schema;
    }

    private static JsonArray Texts(string[] values) => new([.. values.Select(static value => (JsonNode)value)]);
}
