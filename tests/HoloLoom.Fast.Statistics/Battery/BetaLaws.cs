using HoloLoom.Fast.Statistics.Laws;

namespace HoloLoom.Fast.Statistics.Battery;

/// <summary>Beta draws, most of small shapes: there the samplers differ from wrong ones most.</summary>
internal static class BetaLaws
{
    private const int Draws = 1_000_000;

    private static readonly (double Alpha, double Beta)[] s_shapes =
    [
        (1, 1), (1, 2), (2, 1), (1.5, 1.5), (1, 5), (5, 1), (2, 2), (2, 3), (3, 2), (5, 1.2), (1.2, 5), (5, 5), (1.001, 1.001), (1, 1.5),
        (2.5, 1), (4, 1.01), (0.5, 0.5), (0.9, 0.9), (0.99, 0.99), (0.01, 0.01), (0.02, 0.05), (0.05, 0.01), (0.1, 0.1), (0.1, 0.3),
        (0.3, 0.1), (0.2, 1), (1, 0.2), (0.5, 2), (2, 0.5), (0.3, 40), (40, 0.3), (0.01, 5), (5, 0.01), (0.9, 1), (1, 0.9), (7, 0.4),
        (0.4, 7), (0.001, 0.001), (0.001, 5), (0.05, 2.5), (0.7, 1.3), (20, 5), (500, 300), (3, 4000), (4000, 3), (2000, 500), (1e6, 1e6),
        (1e8, 3e8), (0.2, 1e6),
    ];

    /// <summary>Shapes far apart drawn in turn: nothing of one may stay for the next.</summary>
    public static Examination Interleaved { get; } = new("beta, several objects in turn", 4, static sampler =>
        [.. Distances(sampler, 100, 7), .. Distances(sampler, 1, 2)]);

    /// <summary>Shapes at the ends of the range: the two-point limit, and no NaN anywhere.</summary>
    public static Examination Extremes { get; } = new("beta, extreme shapes", 24, CheckExtremes);

    public static IEnumerable<Examination> All => [Interleaved, Extremes, .. s_shapes.Select(static pair => Of(pair.Alpha, pair.Beta))];

    public static int ShapePairs => s_shapes.Length;

    public static Examination Of(double alpha, double beta)
    {
        string name = FormattableString.Invariant($"beta({alpha}, {beta})");
        return new Examination(name, 9, sampler =>
        {
            var draws = new double[Draws];
            var logOdds = new double[Draws];
            sampler.Beta(alpha, beta, 501, draws, logOdds);
            Check[] moments = [Check.Fact($"{name} range", IsInRange(draws)), .. Moments(name, draws, alpha, beta)];
            var sample = new SortedSample(logOdds, Law.LogOdds(alpha, beta));
            return [.. moments, .. sample.DistanceChecks(name), .. sample.TailChecks(name, 1e-4)];
        });
    }

    private static IEnumerable<Check> Distances(Sampler sampler, double alpha, double beta)
    {
        var draws = new double[Draws];
        var logOdds = new double[Draws];
        sampler.Beta(alpha, beta, 502, draws, logOdds);
        string name = FormattableString.Invariant($"beta({alpha}, {beta}) in turn");
        return new SortedSample(logOdds, Law.LogOdds(alpha, beta)).DistanceChecks(name);
    }

    // E θ^k = Π (α + r) / (α + β + r), and the variance likewise.
    private static IEnumerable<Check> Moments(string name, double[] draws, double alpha, double beta)
    {
        var sums = new double[4];
        foreach (double x in draws)
        {
            double square = x * x;
            sums[0] += x;
            sums[1] += square;
            sums[2] += square * x;
            sums[3] += square * square;
        }

        for (int k = 1; k <= 4; k++)
        {
            double expected = Moment(k);
            double variance = Moment(2 * k) - expected * expected;
            yield return Counts.Mean($"{name} moment {k}", sums[k - 1] / draws.Length - expected, variance, 1, draws.Length);
        }

        double Moment(int k)
        {
            double product = 1;
            for (int r = 0; r < k; r++)
            {
                product *= (alpha + r) / (alpha + beta + r);
            }

            return product;
        }
    }

    private static IEnumerable<Check> CheckExtremes(Sampler sampler)
    {
        const int Few = 100_000;
        double[] ends = [1e-300, 1e-100, 1, 1e100, 1e300];
        var draws = new double[Few];
        var logOdds = new double[Few];
        foreach (double alpha in ends)
        {
            foreach (double beta in ends)
            {
                if (alpha == 1 && beta == 1)
                {
                    continue;
                }

                string name = FormattableString.Invariant($"beta({alpha}, {beta})");
                sampler.Beta(alpha, beta, 503, draws, logOdds);
                if (!IsInRange(draws) || logOdds.Any(double.IsNaN))
                {
                    yield return Check.Fact(name, false);
                }
                else if (Math.Max(alpha, beta) < 1)
                {
                    // Two points: θ is 1 with probability α / (α + β).
                    long above = draws.LongCount(static x => x > 0.5);
                    yield return Counts.Binomial($"{name} above one half", above, Few, 1 / (1 + beta / alpha));
                }
                else
                {
                    double mean = 1 / (1 + beta / alpha);
                    yield return Counts.Mean($"{name} mean", draws.Sum() / Few - mean, mean * (1 - mean) / (1 + alpha + beta), 1, Few);
                }
            }
        }
    }

    private static bool IsInRange(double[] draws) => draws.All(static x => x is >= 0 and <= 1);
}
