using HoloLoom.Fast.Classification;

namespace HoloLoom.Fast;

public sealed partial record RouterOptions
{
    internal const int MaxQueryTypes = 64;
    internal const int MaxNameLength = 256;
    internal const int MaxNode = 1023;
    internal const int MinDuplicateWindow = 1 << 16;
    internal const int MaxDuplicateWindow = 1 << 30;

    /// <summary>The query type that is added when every given one has patterns.</summary>
    internal const string UnmatchedName = "unknown";

    internal static readonly TimeSpan MinHalfLife = TimeSpan.FromMilliseconds(1);
    internal static readonly TimeSpan MinFlushInterval = TimeSpan.FromMilliseconds(10);

    // The longest period that the runtime's timers take.
    internal static readonly TimeSpan MaxFlushInterval = TimeSpan.FromDays(49);

    internal static IReadOnlyList<string> StrategyNames { get; } = ["thompson", "rules", "greedy", "uniform"];

    internal static IReadOnlyList<string> DefaultFallback { get; } = ["qdrant", "neo4j", "mem0", "inmemory"];

    /// <summary>
    /// Checks everything and fills in what was left open: the fallback list, and the query type for what matches nothing. The lists are
    /// copies, so that changing what was passed in changes nothing here.
    /// </summary>
    /// <exception cref="RouterConfigurationException">A value cannot be used.</exception>
    internal RouterOptions Validated()
    {
        string[] backends = CheckedNames("$.backends", "backend", Backends, BackendSet.MaxBackends);
        string[] fallback = CheckedFallback(backends);
        QueryTypeOptions[] types = CheckedQueryTypes(backends, fallback);
        CheckStrategy();
        ConfigurationChecks.Reward(Reward);
        PriorOptions prior = ConfigurationChecks.Prior(Prior, types, backends);
        ConfigurationChecks.Range("$.halfLife", HalfLife, MinHalfLife, TimeSpan.MaxValue);
        ExperimentOptions? experiment = ConfigurationChecks.Experiment(Experiment, types, backends);
        ConfigurationChecks.Range("$.node", Node, 0, MaxNode);
        ConfigurationChecks.Range("$.duplicateWindow", DuplicateWindow, MinDuplicateWindow, MaxDuplicateWindow);
        if (FlushInterval != Timeout.InfiniteTimeSpan)
        {
            ConfigurationChecks.Range("$.flushInterval", FlushInterval, MinFlushInterval, MaxFlushInterval);
        }

        if (StateDirectory is not null && string.IsNullOrWhiteSpace(StateDirectory))
        {
            throw new RouterConfigurationException("$.stateDirectory", "the path is empty; leave it null to keep state in memory only.");
        }

        if (TimeProvider is null)
        {
            throw new RouterConfigurationException("$.timeProvider", "a clock is needed; it is null.");
        }

        return this with { Backends = backends, QueryTypes = types, Fallback = fallback, Prior = prior, Experiment = experiment };
    }

    private string[] CheckedFallback(string[] backends)
    {
        if (Fallback is null)
        {
            string[] builtIn = [.. DefaultFallback.Intersect(backends)];
            return builtIn.Length > 0 ? builtIn : backends;
        }

        string[] fallback = CheckedNames("$.fallback", "backend", Fallback, BackendSet.MaxBackends);
        for (int i = 0; i < fallback.Length; i++)
        {
            ConfigurationChecks.Known($"$.fallback[{i}]", "backend", fallback[i], backends);
        }

        return fallback;
    }

    private QueryTypeOptions[] CheckedQueryTypes(string[] backends, string[] fallback)
    {
        QueryTypeOptions[] types = [.. QueryTypes ?? throw new RouterConfigurationException("$.queryTypes", "the list is null.")];
        int hole = Array.IndexOf(types, null);
        if (hole >= 0)
        {
            throw new RouterConfigurationException($"$.queryTypes[{hole}]", "the query type is null.");
        }

        _ = CheckedNames("$.queryTypes", "query type", [.. types.Select(static type => type.Name)], MaxQueryTypes, ".name");
        CheckDefaultTypesFit(backends);
        for (int i = 0; i < types.Length; i++)
        {
            ConfigurationChecks.Name($"$.queryTypes[{i}].backend", "backend", types[i].Backend);
            ConfigurationChecks.Known($"$.queryTypes[{i}].backend", "backend", types[i].Backend, backends);
            QueryPattern[] patterns = [.. types[i].Patterns ?? throw new RouterConfigurationException($"$.queryTypes[{i}].patterns", "the list is null.")];
            int empty = Array.IndexOf(patterns, null);
            if (empty >= 0)
            {
                throw new RouterConfigurationException($"$.queryTypes[{i}].patterns[{empty}]", "the pattern is null.");
            }

            types[i] = types[i] with { Patterns = patterns };
        }

        // A classifier of the user's own knows by itself where a query without a match belongs.
        return Classifier is null ? WithUnmatched(types, fallback) : types;
    }

    private void CheckDefaultTypesFit(string[] backends)
    {
        string[] missing = [.. DefaultQueryTypes.Select(static type => type.Backend).Except(backends)];
        if (ReferenceEquals(QueryTypes, DefaultQueryTypes) && missing.Length > 0)
        {
            throw new RouterConfigurationException(
                "$.backends",
                $"the built-in query types prefer {string.Join(", ", missing)}, which {(missing.Length == 1 ? "is" : "are")} not listed; "
                + "give 'queryTypes' too, each with one of these backends.");
        }
    }

    private static QueryTypeOptions[] WithUnmatched(QueryTypeOptions[] types, string[] fallback)
    {
        int first = Array.FindIndex(types, static type => type.Patterns.Count == 0);
        if (first >= 0)
        {
            int second = Array.FindIndex(types, first + 1, static type => type.Patterns.Count == 0);
            return second < 0 ? types : throw new RouterConfigurationException(
                $"$.queryTypes[{second}].patterns",
                $"'{types[second].Name}' and '{types[first].Name}' both have no patterns; only one query type can take what matches nothing.");
        }

        if (types.Any(static type => type.Name == UnmatchedName))
        {
            throw new RouterConfigurationException(
                "$.queryTypes",
                $"every query type has patterns, and '{UnmatchedName}', which takes what matches nothing, cannot be added because the name is "
                + "taken; rename it or leave one type without patterns.");
        }

        return types.Length < MaxQueryTypes ? [.. types, new QueryTypeOptions(UnmatchedName, fallback[0], [])] : throw new RouterConfigurationException(
            "$.queryTypes",
            $"there are {types.Length} and '{UnmatchedName}', which takes what matches nothing, is added to them; {MaxQueryTypes} is the most. "
            + "Remove one or leave one without patterns.");
    }

    private void CheckStrategy()
    {
        if (CustomStrategy is not null)
        {
            ConfigurationChecks.Name("$.customStrategy.name", "strategy", CustomStrategy.Name);
            return;
        }

        ConfigurationChecks.Name("$.strategy", "strategy", Strategy);
        ConfigurationChecks.Known("$.strategy", "strategy", Strategy, StrategyNames);
    }

    internal static string[] CheckedNames(string path, string what, IReadOnlyList<string>? given, int most, string member = "")
    {
        string[] names = [.. given ?? throw new RouterConfigurationException(path, "the list is null.")];
        if (names.Length == 0)
        {
            throw new RouterConfigurationException(path, $"the list is empty; at least one {what} is needed.");
        }

        if (names.Length > most)
        {
            throw new RouterConfigurationException(path, $"{names.Length} are given; {most} is the most.");
        }

        for (int i = 0; i < names.Length; i++)
        {
            ConfigurationChecks.Name($"{path}[{i}]{member}", what, names[i]);
            int first = Array.IndexOf(names, names[i]);
            if (first < i)
            {
                throw new RouterConfigurationException(
                    $"{path}[{i}]{member}", $"the {what} {ConfigurationNode.Quote(names[i])} is already at {path}[{first}]; names must differ.");
            }
        }

        return names;
    }
}
