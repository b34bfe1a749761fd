using HoloLoom.Fast.Learning;

namespace HoloLoom.Fast.Experiments;

/// <summary>An anytime-valid test that the mean of bounded numbers is not positive, and confidence sequences for the mean.</summary>
/// <remarks>
/// Numbers x_t of −1 or more whose mean, given all before, is 0 or less: a gambler who bets the part η of his wealth on each has the wealth
/// Π (1 + η x_t), which by Ville's inequality ever reaches 1/α with probability at most α (Waudby-Smith and Ramdas, JRSS B 86(1), 2024,
/// arXiv:2010.09686). Here the wealth is spread over many η, and each factor is replaced by a smaller one, for which the sums of four
/// powers suffice: ln(1 + y) = y − y²/2 + y³/3 − y⁴ ∫₀¹ u³ / (1 + u y) du, and the integral is largest at the least y. (With the second power
/// instead of the fourth this is the inequality of Fan, Grama and Liu, Electron. J. Probab. 20, 2015.) At no time does anything depend on
/// when one looks, and nothing is asymptotic.
/// </remarks>
internal static class BettingMixture
{
    private const int Bets = 24;
    private const double SmallestBet = 0.004;
    private const double LargestBet = 0.9;

    private static readonly double[] s_bets = [.. Enumerable.Range(0, Bets)
        .Select(static i => SmallestBet * Math.Pow(LargestBet / SmallestBet, i / (Bets - 1.0)))];

    // Most wealth on the bets that suit differences of a few hundredths to some tenths; every bet has some.
    private static readonly double[] s_logShares = LogShares();

    /// <summary>The largest factor by which one number can change the wealth, as a logarithm.</summary>
    public static double LargestStep { get; } = Math.Log(1 + LargestBet);

    /// <summary>The logarithm of a wealth that starts at 1 and, if the mean is never positive, ever reaches 1/α with probability α at most.</summary>
    /// <param name="sums">Of the numbers.</param>
    /// <param name="least">No number is below the negative of this; 1 or more.</param>
    public static double LogWealth(in PowerSums sums, double least = 1)
    {
        Span<double> logs = stackalloc double[Bets];
        double most = double.NegativeInfinity;
        for (int i = 0; i < Bets; i++)
        {
            double bet = s_bets[i] / least;
            logs[i] = s_logShares[i] + bet * (sums.S1 + bet * (-0.5 * sums.S2 + bet * (sums.S3 / 3 - bet * s_remainders[i] * sums.S4)));
            most = Math.Max(most, logs[i]);
        }

        double sum = 0;
        foreach (double log in logs)
        {
            sum += Math.Exp(log - most);
        }

        return most + Math.Log(sum);
    }

    /// <summary>A lower bound of the mean that holds at all times at once but with probability α.</summary>
    /// <param name="sums">Of numbers from −1 to 1.</param>
    /// <param name="alpha">The error's probability.</param>
    public static double LowerBound(in PowerSums sums, double alpha)
    {
        double limit = -Math.Log(alpha);
        double low = -1;
        double high = sums.Count > 0 ? sums.S1 / sums.Count : -1;
        for (int i = 0; i < 50 && high > low; i++)
        {
            // At the true mean m the numbers less m are at least −1 − m.
            double middle = 0.5 * (low + high);
            (low, high) = LogWealth(sums.Shifted(middle), 1 + Math.Max(0, middle)) >= limit ? (middle, high) : (low, middle);
        }

        return low;
    }

    /// <summary>An interval that holds the mean at all times at once but with probability α.</summary>
    public static (double Low, double High) Interval(in PowerSums sums, double alpha) =>
        (LowerBound(sums, alpha / 2), -LowerBound(sums.Negated, alpha / 2));

    // ∫₀¹ u³ / (1 − u b) du for the bets b.
    private static readonly double[] s_remainders = [.. s_bets.Select(static b =>
    {
        // The series Σ b^k / (k + 4): the closed form cancels for small bets.
        double sum = 0;
        double power = 1;
        for (int k = 0; power > 1e-18; k++, power *= b)
        {
            sum += power / (k + 4);
        }

        return sum;
    })];

    private static double[] LogShares()
    {
        double[] shares = [.. s_bets.Select(static bet => 0.25 + Math.Exp(-0.5 * Math.Pow(Math.Log(bet / 0.2) / 0.8, 2)))];
        double sum = shares.Sum();
        return [.. shares.Select(share => Math.Log(share / sum))];
    }
}
