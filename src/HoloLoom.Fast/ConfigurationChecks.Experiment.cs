namespace HoloLoom.Fast;

internal static partial class ConfigurationChecks
{
    private const string At = "$.experiment";

    /// <summary>The experiment with lists that are copies, or null without one.</summary>
    public static ExperimentOptions? Experiment(ExperimentOptions? experiment, QueryTypeOptions[] types, string[] backends)
    {
        if (experiment is null)
        {
            return null;
        }

        Name($"{At}.name", "experiment", experiment.Name);
        VariantOptions[] variants = [.. experiment.Variants ?? throw new RouterConfigurationException($"{At}.variants", "the list is null.")];
        if (variants.Length < 2)
        {
            throw new RouterConfigurationException(
                $"{At}.variants", variants.Length == 0 ? "the list is empty; two are the least." : "one is given; two are the least.");
        }

        int hole = Array.IndexOf(variants, null);
        if (hole >= 0)
        {
            throw new RouterConfigurationException($"{At}.variants[{hole}]", "the variant is null.");
        }

        _ = RouterOptions.CheckedNames($"{At}.variants", "variant", [.. variants.Select(static v => v.Name)], ExperimentOptions.MaxVariants, ".name");
        for (int i = 0; i < variants.Length; i++)
        {
            variants[i] = Variant($"{At}.variants[{i}]", variants[i], experiment.SharePosteriors, types, backends);
        }

        double sum = variants.Sum(static variant => variant.Weight);
        if (!(sum > 0 && double.IsFinite(sum)))
        {
            throw new RouterConfigurationException(
                $"{At}.variants", sum > 0 ? "the weights' sum is too large." : "all weights are 0; at least one must be above.");
        }

        Between($"{At}.holdout", experiment.Holdout, 0, 0.9);
        Between($"{At}.exploration", experiment.Exploration, 0, 1);
        Between($"{At}.alpha", experiment.Alpha, 1e-9, 0.5);
        GuardrailOptions guardrails = experiment.Guardrails
            ?? throw new RouterConfigurationException($"{At}.guardrails", "guardrails are needed; they are null.");
        if (guardrails.FailureRate is double rate)
        {
            Fraction($"{At}.guardrails.failureRate", rate);
        }

        if (guardrails.P95LatencyMs is double latency)
        {
            Positive($"{At}.guardrails.p95LatencyMs", latency);
        }

        if (experiment.PromotedShare is double share)
        {
            Between($"{At}.promotedShare", share, 1.0 / variants.Length, 1);
        }

        return experiment with { Variants = variants };
    }

    private static VariantOptions Variant(string path, VariantOptions variant, bool shared, QueryTypeOptions[] types, string[] backends)
    {
        if (variant.Name == ExperimentOptions.HoldoutName)
        {
            throw new RouterConfigurationException(
                $"{path}.name", $"'{ExperimentOptions.HoldoutName}' is what the traffic outside the experiment is called; choose another name.");
        }

        if (variant.CustomStrategy is { } custom)
        {
            Name($"{path}.customStrategy.name", "strategy", custom.Name);
        }
        else
        {
            Name($"{path}.strategy", "strategy", variant.Strategy);
            Known($"{path}.strategy", "strategy", variant.Strategy, RouterOptions.StrategyNames);
        }

        if (!(variant.Weight >= 0 && double.IsFinite(variant.Weight)))
        {
            throw Wrong($"{path}.weight", FormattableString.Invariant($"{variant.Weight}"), "a finite number, 0 or more,");
        }

        if (variant.Pattern is string pattern)
        {
            Name($"{path}.pattern", "execution pattern", pattern);
        }

        if (variant.Prior is null)
        {
            return variant;
        }

        return shared
            ? throw new RouterConfigurationException($"{path}.prior", "variants with shared posteriors have the router's prior; leave it out.")
            : variant with { Prior = Prior(variant.Prior, types, backends, $"{path}.prior") };
    }

    private static void Between(string path, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
        {
            throw Wrong(path, FormattableString.Invariant($"{value}"), FormattableString.Invariant($"a number from {least} to {most}"));
        }
    }
}
