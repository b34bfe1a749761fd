using System.Security.Cryptography;
using HoloLoom.Fast.Classification;
using HoloLoom.Fast.Learning;

namespace HoloLoom.Fast;

public sealed partial class Router
{
    private static RuleClassifier BuildRules(RouterOptions options)
    {
        try
        {
            return RuleClassifier.Create([.. options.QueryTypes.Select(static type => type.Patterns)]);
        }
        catch (PatternException problem)
        {
            throw new RouterConfigurationException(
                $"$.queryTypes[{problem.QueryType}].patterns[{problem.Pattern}]", $"the pattern '{problem.Text}' {problem.Reason}", problem);
        }
    }

    private static (RewardRule?, Func<Outcome, double>?) BuildReward(RewardOptions options) => options switch
    {
        RewardOptions.Threshold threshold => (RewardRule.Threshold(threshold.Relevance, threshold.LatencyMs), null),
        RewardOptions.Weighted weighted => (
            RewardRule.Weighted(
                weighted.RelevanceThreshold,
                weighted.LatencyLimitMs,
                weighted.CostLimit,
                weighted.RelevanceWeight,
                weighted.SuccessWeight,
                weighted.LatencyWeight,
                weighted.CostWeight),
            null),
        RewardOptions.Custom custom => (null, custom.Function),
        _ => throw new RouterConfigurationException("$.reward", $"{options.GetType()} is not a known reward."),
    };

    private static (double[] Alpha, double[] Beta) BuildPrior(RouterOptions options, string[] queryTypes, string[] backends)
    {
        var alpha = new double[queryTypes.Length * backends.Length];
        var beta = new double[alpha.Length];
        Array.Fill(alpha, options.Prior.Alpha);
        Array.Fill(beta, options.Prior.Beta);
        foreach (PriorCell cell in options.Prior.Cells)
        {
            int index = Array.IndexOf(queryTypes, cell.QueryType) * backends.Length + Array.IndexOf(backends, cell.Backend);
            (alpha[index], beta[index]) = (cell.Alpha, cell.Beta);
        }

        return (alpha, beta);
    }

    private static ulong RandomWord() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
}
