using System.Buffers.Binary;
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

    // Keys of seals are made of it, so it must be beyond guessing. A new Guid is 122 bits of the operating system's cryptographic generator
    // (getrandom, BCryptGenRandom), and unlike RandomNumberGenerator it does not need OpenSSL on Linux, without which that one ends the
    // process. Its version and variant are in the eight bytes in the middle, which are left out.
    private static ulong RandomWord()
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = Guid.NewGuid().TryWriteBytes(bytes);
        return (ulong)BinaryPrimitives.ReadUInt32LittleEndian(bytes) << 32 | BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
    }
}
