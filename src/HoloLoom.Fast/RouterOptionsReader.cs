using System.Text;
using System.Text.Json;
using HoloLoom.Fast.Classification;
using HoloLoom.Fast.Internals;

namespace HoloLoom.Fast;

/// <summary>Options from JSON. Walks a document instead of binding it, because errors need the path and duplicate keys must be seen.</summary>
internal static class RouterOptionsReader
{
    private const string Root = "$";

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Reads JSON that is not empty. Names and numbers are not checked yet.</summary>
    public static RouterOptions Read(ReadOnlySpan<byte> utf8Json)
    {
        ReadOnlySpan<byte> byteOrderMark = [0xEF, 0xBB, 0xBF];
        ReadOnlySpan<byte> text = utf8Json.StartsWith(byteOrderMark) ? utf8Json[byteOrderMark.Length..] : utf8Json;
        RequireUtf8(text);
        try
        {
            using JsonDocument document = JsonDocument.Parse(text.ToArray(), Lenient);
            return Options(new ConfigurationNode(document.RootElement, Root));
        }
        catch (JsonException e)
        {
            // The parser counts from 0 and appends the place to its message in a form of its own.
            string message = e.Message.Split(" LineNumber:")[0];
            throw new RouterConfigurationException(Root, $"not valid JSON at line {e.LineNumber + 1}, column {e.BytePositionInLine + 1}: {message}", e);
        }
    }

    private static void RequireUtf8(ReadOnlySpan<byte> text)
    {
        if (System.Text.Unicode.Utf8.IsValid(text))
        {
            return;
        }

        int at = 0;
        int line = 1;
        int lineStart = 0;
        while (Rune.DecodeFromUtf8(text[at..], out Rune rune, out int length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
            if (rune.Value == '\n')
            {
                line++;
                lineStart = at;
            }
        }

        throw new RouterConfigurationException(
            Root, $"not valid UTF-8 at line {line}, column {at - lineStart + 1} (byte 0x{text[at]:X2}); save the file as UTF-8.");
    }

    private static RouterOptions Options(ConfigurationNode node)
    {
        var defaults = new RouterOptions();
        ConfigurationObject members = node.Members(ConfigurationKeys.Root);
        _ = members.Get("$schema", static n => n.Text(), "");
        return new RouterOptions
        {
            Backends = members.Get("backends", static n => n.Texts(), defaults.Backends),
            QueryTypes = members.Get("queryTypes", static n => n.Items().ConvertAll(QueryType), defaults.QueryTypes),
            Fallback = members.Get("fallback", static n => n.IsNull ? null : n.Texts(), defaults.Fallback),
            Strategy = members.Get("strategy", static n => n.Text(), defaults.Strategy),
            Reward = members.Get("reward", Reward, defaults.Reward),
            Prior = members.Get("prior", Prior, defaults.Prior),
            HalfLife = members.Get("halfLife", static n => n.IsNull ? null : Duration(n), defaults.HalfLife),
            Experiment = members.Get("experiment", static n => n.IsNull ? null : Experiment(n), defaults.Experiment),
            Seed = members.Get("seed", static n => n.IsNull ? (ulong?)null : n.Unsigned(), defaults.Seed),
            Node = members.Get("node", static n => n.Integer(), defaults.Node),
            DuplicateWindow = members.Get("duplicateWindow", static n => n.Integer(), defaults.DuplicateWindow),
            FlushInterval = members.Get("flushInterval", static n => n.IsNull ? Timeout.InfiniteTimeSpan : Duration(n)!.Value, defaults.FlushInterval),
        };
    }

    private static QueryTypeOptions QueryType(ConfigurationNode node)
    {
        ConfigurationObject members = node.Members(ConfigurationKeys.QueryType);
        return new QueryTypeOptions(
            members.Need("name", static n => n.Text()),
            members.Need("backend", static n => n.Text()),
            members.Get("patterns", static n => n.Items().ConvertAll(Pattern), []));
    }

    private static QueryPattern Pattern(ConfigurationNode node)
    {
        if (node.IsText)
        {
            string text = node.Text();
            try
            {
                return QueryPattern.Parse(text);
            }
            catch (ArgumentException e)
            {
                throw node.Error(string.IsNullOrWhiteSpace(text) ? "the pattern is empty." : "a word or phrase between the commas is empty.", e);
            }
        }

        if (node.Element.ValueKind != JsonValueKind.Object)
        {
            throw node.Expected("a string, {\"words\": […]} or {\"regex\": \"…\"}");
        }

        ConfigurationObject members = node.Members(ConfigurationKeys.Pattern);
        if (members.Has("words") == members.Has("regex"))
        {
            throw node.Error("a pattern has either 'words' or 'regex'.");
        }

        return members.Has("words") ? members.Need("words", Words) : members.Need("regex", Regex);
    }

    private static QueryPattern Words(ConfigurationNode node)
    {
        List<ConfigurationNode> items = node.Items();
        if (items.Count == 0)
        {
            throw node.Error("the list is empty; a pattern needs at least one word or phrase.");
        }

        return QueryPattern.Words(items.ConvertAll(static item =>
        {
            string word = item.Text();
            return string.IsNullOrWhiteSpace(word) ? throw item.Error("the word or phrase is empty.") : word;
        }).ToArray());
    }

    private static QueryPattern Regex(ConfigurationNode node)
    {
        string expression = node.Text();
        return expression.Length == 0 ? throw node.Error("the regular expression is empty.") : QueryPattern.Regex(expression);
    }

    private static RewardOptions Reward(ConfigurationNode node)
    {
        ConfigurationObject members = node.Members([.. ConfigurationKeys.ThresholdReward.Union(ConfigurationKeys.WeightedReward)]);
        bool isWeighted = members.Get("kind", IsWeighted, false);
        string[] others = isWeighted ? ConfigurationKeys.ThresholdReward : ConfigurationKeys.WeightedReward;
        if (others.FirstOrDefault(key => key != "kind" && members.Has(key)) is string stray)
        {
            (string own, string other) = isWeighted ? ("weighted", "threshold") : ("threshold", "weighted");
            throw new RouterConfigurationException($"{node.Path}.{stray}", $"the key belongs to the kind '{other}'; the kind of this reward is '{own}'.");
        }

        if (isWeighted)
        {
            return Weighted(members);
        }

        var defaults = new RewardOptions.Threshold();
        return new RewardOptions.Threshold
        {
            Relevance = members.Get("relevance", static n => n.Number(), defaults.Relevance),
            LatencyMs = members.Get("latencyMs", static n => n.Number(), defaults.LatencyMs),
        };
    }

    private static bool IsWeighted(ConfigurationNode kind) => kind.Text() switch
    {
        "weighted" => true,
        "threshold" => false,
        string other => throw kind.Error(
            $"there is no kind of reward {ConfigurationNode.Quote(other)}; {NearestName.Hint(other, ["threshold", "weighted"])}"),
    };

    private static RewardOptions.Weighted Weighted(ConfigurationObject members)
    {
        var defaults = new RewardOptions.Weighted();
        ConfigurationObject? weights = members.Get<ConfigurationObject?>("weights", static n => n.Members(ConfigurationKeys.Weights), null);
        double Weight(string key, double absent) => weights is null ? absent : weights.Get(key, static n => n.Number(), absent);
        return new RewardOptions.Weighted
        {
            RelevanceWeight = Weight("relevance", defaults.RelevanceWeight),
            SuccessWeight = Weight("success", defaults.SuccessWeight),
            LatencyWeight = Weight("latency", defaults.LatencyWeight),
            CostWeight = Weight("cost", defaults.CostWeight),
            RelevanceThreshold = members.Get("relevanceThreshold", static n => n.Number(), defaults.RelevanceThreshold),
            LatencyLimitMs = members.Get("latencyLimitMs", static n => n.Number(), defaults.LatencyLimitMs),
            CostLimit = members.Get("costLimit", static n => n.Number(), defaults.CostLimit),
        };
    }

    private static PriorOptions Prior(ConfigurationNode node)
    {
        var defaults = new PriorOptions();
        ConfigurationObject members = node.Members(ConfigurationKeys.Prior);
        return new PriorOptions
        {
            Alpha = members.Get("alpha", static n => n.Number(), defaults.Alpha),
            Beta = members.Get("beta", static n => n.Number(), defaults.Beta),
            Cells = members.Get("cells", static n => n.Items().ConvertAll(PriorCell), defaults.Cells),
        };
    }

    private static PriorCell PriorCell(ConfigurationNode node)
    {
        ConfigurationObject members = node.Members(ConfigurationKeys.PriorCell);
        return new PriorCell(
            members.Need("queryType", static n => n.Text()),
            members.Need("backend", static n => n.Text()),
            members.Need("alpha", static n => n.Number()),
            members.Need("beta", static n => n.Number()));
    }

    private static ExperimentOptions Experiment(ConfigurationNode node)
    {
        ConfigurationObject members = node.Members(ConfigurationKeys.Experiment);
        var defaults = new ExperimentOptions { Name = "", Variants = [] };
        return new ExperimentOptions
        {
            Name = members.Need("name", static n => n.Text()),
            Variants = members.Need("variants", static n => n.Items().ConvertAll(Variant)),
            SharePosteriors = members.Get("sharePosteriors", static n => n.Boolean(), defaults.SharePosteriors),
            Holdout = members.Get("holdout", static n => n.Number(), defaults.Holdout),
            Exploration = members.Get("exploration", static n => n.Number(), defaults.Exploration),
            Alpha = members.Get("alpha", static n => n.Number(), defaults.Alpha),
            Guardrails = members.Get("guardrails", Guardrails, defaults.Guardrails),
            PromotedShare = members.Get("promotedShare", NumberOrNull, defaults.PromotedShare),
        };
    }

    private static VariantOptions Variant(ConfigurationNode node)
    {
        ConfigurationObject members = node.Members(ConfigurationKeys.Variant);
        var defaults = new VariantOptions("");
        return new VariantOptions(members.Need("name", static n => n.Text()))
        {
            Strategy = members.Get("strategy", static n => n.Text(), defaults.Strategy),
            Weight = members.Get("weight", static n => n.Number(), defaults.Weight),
            Pattern = members.Get("pattern", static n => n.IsNull ? null : n.Text(), defaults.Pattern),
            Prior = members.Get("prior", static n => n.IsNull ? null : Prior(n), defaults.Prior),
        };
    }

    private static GuardrailOptions Guardrails(ConfigurationNode node)
    {
        ConfigurationObject members = node.Members(ConfigurationKeys.Guardrails);
        return new GuardrailOptions
        {
            FailureRate = members.Get("failureRate", NumberOrNull, null),
            P95LatencyMs = members.Get("p95LatencyMs", NumberOrNull, null),
        };
    }

    private static double? NumberOrNull(ConfigurationNode node) => node.IsNull ? null : node.Number();

    private static TimeSpan? Duration(ConfigurationNode node)
    {
        if (node.IsText)
        {
            string text = node.Text();
            return DurationText.TryParse(text, out TimeSpan duration)
                ? duration
                : throw node.Error($"{ConfigurationNode.Quote(text)} is not a duration; write {DurationText.Syntax}.");
        }

        if (!node.IsNumber)
        {
            throw node.Expected($"null, {DurationText.Syntax},");
        }

        double seconds = node.Number();
        return Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds
            ? TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond))
            : throw node.Error("the number of seconds is too large.");
    }
}
