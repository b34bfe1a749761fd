namespace HoloLoom.Fast;

/// <summary>The keys of each object in a configuration: what the reader accepts and the schema describes.</summary>
internal static class ConfigurationKeys
{
    public static readonly string[] Root =
    [
        "$schema", "backends", "queryTypes", "fallback", "strategy", "reward", "prior", "halfLife", "experiment", "seed", "node", "duplicateWindow", "flushInterval",
    ];

    public static readonly string[] QueryType = ["name", "backend", "patterns"];

    public static readonly string[] Pattern = ["words", "regex"];

    public static readonly string[] ThresholdReward = ["kind", "relevance", "latencyMs"];

    public static readonly string[] WeightedReward = ["kind", "weights", "relevanceThreshold", "latencyLimitMs", "costLimit"];

    public static readonly string[] Weights = ["relevance", "success", "latency", "cost"];

    public static readonly string[] Prior = ["alpha", "beta", "cells"];

    public static readonly string[] Experiment =
        ["name", "variants", "sharePosteriors", "holdout", "exploration", "alpha", "guardrails", "promotedShare"];

    public static readonly string[] Variant = ["name", "strategy", "weight", "pattern", "prior"];

    public static readonly string[] Guardrails = ["failureRate", "p95LatencyMs"];

    public static readonly string[] PriorCell = ["queryType", "backend", "alpha", "beta"];
}
