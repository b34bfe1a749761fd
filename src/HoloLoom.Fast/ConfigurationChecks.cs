using HoloLoom.Fast.Internals;

namespace HoloLoom.Fast;

/// <summary>Checks of single values, each an error with path and reason. They see what came from code as well as from JSON.</summary>
internal static partial class ConfigurationChecks
{
    public static void Name(string path, string what, string? name)
    {
        string? wrong =
            string.IsNullOrWhiteSpace(name) ? "is empty"
            : name.Length > RouterOptions.MaxNameLength ? $"has {name.Length} characters; {RouterOptions.MaxNameLength} is the most"
            : name.Any(char.IsControl) ? "contains a control character"
            : char.IsWhiteSpace(name[0]) || char.IsWhiteSpace(name[^1]) ? "begins or ends with white space"
            : HasLoneSurrogate(name) ? "has half of a surrogate pair"
            : null;
        if (wrong is not null)
        {
            throw new RouterConfigurationException(path, $"the name of the {what} {wrong}.");
        }
    }

    public static void Known(string path, string what, string name, IReadOnlyCollection<string> known)
    {
        if (!known.Contains(name))
        {
            throw new RouterConfigurationException(path, $"there is no {what} {ConfigurationNode.Quote(name)}; {NearestName.Hint(name, known)}");
        }
    }

    public static void Range(string path, int value, int least, int most)
    {
        if (value < least || value > most)
        {
            throw Wrong(path, $"{value}", $"a whole number from {least} to {most}");
        }
    }

    public static void Range(string path, TimeSpan? value, TimeSpan least, TimeSpan most)
    {
        if (value < least || value > most)
        {
            string limit = most == TimeSpan.MaxValue ? $"at least {DurationText.Format(least)}" : $"from {DurationText.Format(least)} to {DurationText.Format(most)}";
            throw Wrong(path, FormattableString.Invariant($"{value:c}"), $"a duration of {limit}, or null,");
        }
    }

    public static void Reward(RewardOptions? reward)
    {
        switch (reward)
        {
            case null:
                throw new RouterConfigurationException("$.reward", "a reward is needed; it is null.");
            case RewardOptions.Threshold threshold:
                Fraction("$.reward.relevance", threshold.Relevance);
                Positive("$.reward.latencyMs", threshold.LatencyMs);
                break;
            case RewardOptions.Weighted weighted:
                Fraction("$.reward.relevanceThreshold", weighted.RelevanceThreshold);
                Positive("$.reward.latencyLimitMs", weighted.LatencyLimitMs);
                Positive("$.reward.costLimit", weighted.CostLimit);
                Weights(weighted);
                break;
            case RewardOptions.Custom { Function: null }:
                throw new RouterConfigurationException("$.reward", "a reward function is needed; it is null.");
        }
    }

    public static PriorOptions Prior(PriorOptions? prior, QueryTypeOptions[] types, string[] backends, string at = "$.prior")
    {
        if (prior is null)
        {
            throw new RouterConfigurationException(at, "a prior is needed; it is null.");
        }

        Positive($"{at}.alpha", prior.Alpha);
        Positive($"{at}.beta", prior.Beta);
        PriorCell[] cells = [.. prior.Cells ?? throw new RouterConfigurationException($"{at}.cells", "the list is null.")];
        string[] typeNames = [.. types.Select(static type => type.Name)];
        var seen = new Dictionary<(string, string), int>();
        for (int i = 0; i < cells.Length; i++)
        {
            string path = $"{at}.cells[{i}]";
            PriorCell cell = cells[i] ?? throw new RouterConfigurationException(path, "the cell is null.");
            Name($"{path}.queryType", "query type", cell.QueryType);
            Known($"{path}.queryType", "query type", cell.QueryType, typeNames);
            Name($"{path}.backend", "backend", cell.Backend);
            Known($"{path}.backend", "backend", cell.Backend, backends);
            Positive($"{path}.alpha", cell.Alpha);
            Positive($"{path}.beta", cell.Beta);
            if (!seen.TryAdd((cell.QueryType, cell.Backend), i))
            {
                int first = seen[(cell.QueryType, cell.Backend)];
                throw new RouterConfigurationException(
                    path, $"query type '{cell.QueryType}' and backend '{cell.Backend}' are already at {at}.cells[{first}]; give each pair once.");
            }
        }

        return prior with { Cells = cells };
    }

    private static void Weights(RewardOptions.Weighted reward)
    {
        double sum = 0;
        foreach ((string name, double weight) in (ReadOnlySpan<(string, double)>)[
            ("relevance", reward.RelevanceWeight), ("success", reward.SuccessWeight), ("latency", reward.LatencyWeight), ("cost", reward.CostWeight)])
        {
            if (!(weight >= 0 && double.IsFinite(weight)))
            {
                throw Wrong($"$.reward.weights.{name}", FormattableString.Invariant($"{weight}"), "a finite number, 0 or more,");
            }

            sum += weight;
        }

        if (!(sum > 0 && double.IsFinite(sum)))
        {
            throw new RouterConfigurationException("$.reward.weights", sum > 0 ? "the weights' sum is too large." : "all weights are 0; at least one must be above.");
        }
    }

    public static void Fraction(string path, double value)
    {
        if (!(value >= 0 && value <= 1))
        {
            throw Wrong(path, FormattableString.Invariant($"{value}"), "a number from 0 to 1");
        }
    }

    private static void Positive(string path, double value)
    {
        if (!(value > 0 && double.IsFinite(value)))
        {
            throw Wrong(path, FormattableString.Invariant($"{value}"), "a finite number above 0");
        }
    }

    private static RouterConfigurationException Wrong(string path, string found, string expected) => new(path, $"{expected} is expected; found {found}.");

    private static bool HasLoneSurrogate(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                if (!(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1])))
                {
                    return true;
                }

                i++;
            }
        }

        return false;
    }
}
