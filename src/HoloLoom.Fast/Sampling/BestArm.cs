using System.Numerics;

namespace HoloLoom.Fast.Sampling;

/// <summary>One Thompson step: draws every available arm once and tells which draw is the largest.</summary>
internal static class BestArm
{
    /// <param name="row">A row laid out as <see cref="ArmParameters"/>.</param>
    /// <param name="stride">The length of each array in the row.</param>
    /// <param name="available">The arms to draw, at least one, all below the stride.</param>
    /// <param name="generator">Advanced.</param>
    /// <param name="draws">Empty, or receives each available arm's draw in [0, 1] at its index.</param>
    public static int Select(ReadOnlySpan<double> row, int stride, ulong available, ref Xoshiro256 generator, Span<double> draws)
    {
        // A local copy lets the generator live in registers; the argument's address may be known elsewhere.
        Xoshiro256 local = generator;
        int best = HasSmallShape(row, stride, available)
            ? SelectByLogOdds(row, stride, available, ref local, draws)
            : SelectByOdds(row, stride, available, ref local, draws);
        generator = local;
        return best;
    }

    private static bool HasSmallShape(ReadOnlySpan<double> row, int stride, ulong available)
    {
        for (ulong rest = available; rest != 0; rest &= rest - 1)
        {
            int arm = BitOperations.TrailingZeroCount(rest);
            if (row[ArmParameters.AlphaInverse * stride + arm] != 0 || row[ArmParameters.BetaInverse * stride + arm] != 0)
            {
                return true;
            }
        }

        return false;
    }

    private static int SelectByOdds(ReadOnlySpan<double> row, int stride, ulong available, ref Xoshiro256 generator, Span<double> draws)
    {
        int best = -1;
        double bestOdds = -1;
        for (ulong rest = available; rest != 0; rest &= rest - 1)
        {
            int arm = BitOperations.TrailingZeroCount(rest);
            double x = Gamma.Next(
                ref generator,
                row[ArmParameters.AlphaD * stride + arm],
                row[ArmParameters.AlphaC * stride + arm],
                row[ArmParameters.AlphaSqueeze * stride + arm]);
            double y = Gamma.Next(
                ref generator,
                row[ArmParameters.BetaD * stride + arm],
                row[ArmParameters.BetaC * stride + arm],
                row[ArmParameters.BetaSqueeze * stride + arm]);
            double odds = x / y;
            if (odds > bestOdds)
            {
                bestOdds = odds;
                best = arm;
            }

            if (!draws.IsEmpty)
            {
                draws[arm] = odds / (1 + odds);
            }
        }

        return best;
    }

    private static int SelectByLogOdds(ReadOnlySpan<double> row, int stride, ulong available, ref Xoshiro256 generator, Span<double> draws)
    {
        int best = -1;
        double bestLogOdds = double.NegativeInfinity;
        for (ulong rest = available; rest != 0; rest &= rest - 1)
        {
            int arm = BitOperations.TrailingZeroCount(rest);
            double x = Gamma.NextLog(
                ref generator,
                row[ArmParameters.AlphaD * stride + arm],
                row[ArmParameters.AlphaC * stride + arm],
                row[ArmParameters.AlphaSqueeze * stride + arm],
                row[ArmParameters.AlphaInverse * stride + arm]);
            double y = Gamma.NextLog(
                ref generator,
                row[ArmParameters.BetaD * stride + arm],
                row[ArmParameters.BetaC * stride + arm],
                row[ArmParameters.BetaSqueeze * stride + arm],
                row[ArmParameters.BetaInverse * stride + arm]);
            double logOdds = x - y;
            if (best < 0 || logOdds > bestLogOdds)
            {
                bestLogOdds = logOdds;
                best = arm;
            }

            if (!draws.IsEmpty)
            {
                draws[arm] = 1 / (1 + Math.Exp(-logOdds));
            }
        }

        return best;
    }
}
