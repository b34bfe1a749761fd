using HoloLoom.Fast.Statistics.Laws;

namespace HoloLoom.Fast.Statistics.Battery;

/// <summary>
/// Draws must not know of each other: neighbours of a fill (which come from different lanes of a vector), arms of a selection, threads.
/// Correlations of P(X ≤ x), and of its distance from one half, because equal draws of opposite sign are correlated only in the latter.
/// </summary>
internal static class Independence
{
    private const int Draws = 1_000_000;
    private const int Lags = 64;

    public static Examination UniformFill { get; } = new("neighbours of a uniform fill", 2, static sampler =>
    {
        var draws = new double[Draws];
        sampler.Uniform(701, 0, draws);
        return Lagged("uniform", draws);
    });

    public static Examination NormalFill { get; } = new("neighbours of a normal fill", 2, static sampler =>
    {
        var draws = new double[Draws];
        sampler.Normal(702, 0, draws);
        return Lagged("normal", ToUniform(draws, Law.Normal()));
    });

    public static Examination BetaFill { get; } = new("neighbours of a beta fill", 2, static sampler =>
    {
        var draws = new double[Draws];
        var logOdds = new double[Draws];
        sampler.Beta(2, 3, 703, draws, logOdds);
        return Lagged("beta", ToUniform(logOdds, Law.LogOdds(2, 3)));
    });

    public static Examination SmallBetaFill { get; } = new("neighbours of a small beta fill", 2, static sampler =>
    {
        var draws = new double[Draws];
        var logOdds = new double[Draws];
        sampler.Beta(0.3, 0.6, 704, draws, logOdds);
        return Lagged("small beta", ToUniform(logOdds, Law.LogOdds(0.3, 0.6)));
    });

    /// <summary>Every pair of 16 arms in one row of a selection, and each arm with the next round's.</summary>
    public static Examination Arms { get; } = new("arms of a selection", 2, static sampler =>
    {
        const int Count = 16;
        const int Rounds = 200_000;
        double[] shapes = [.. Enumerable.Repeat(2.0, Count)];
        var draws = new double[Rounds * Count];
        sampler.Select(shapes, shapes, (1UL << Count) - 1, 705, new int[Rounds], draws);

        // Beta(2, 2) has the distribution function 3x² − 2x³.
        for (int i = 0; i < draws.Length; i++)
        {
            draws[i] = draws[i] * draws[i] * (3 - 2 * draws[i]);
        }

        var pairs = new List<(double[] X, double[] Y, int Lag)>();
        double[][] columns = [.. Enumerable.Range(0, Count).Select(Column)];
        double[] Column(int arm) => [.. Enumerable.Range(0, Rounds).Select(round => draws[round * Count + arm])];
        for (int i = 0; i < Count; i++)
        {
            for (int j = 0; j < Count; j++)
            {
                pairs.Add((columns[i], columns[j], j > i ? 0 : 1));
            }
        }

        return Largest("arms", pairs);
    });

    /// <summary>The same seed's streams for different threads, draw by draw.</summary>
    public static Examination Threads { get; } = new("streams of threads", 2, static sampler =>
    {
        const int Streams = 6;
        var streams = new double[Streams][];
        for (int i = 0; i < Streams; i++)
        {
            streams[i] = new double[Draws / 4];
            sampler.Uniform(706, i, streams[i]);
        }

        var pairs = new List<(double[] X, double[] Y, int Lag)>();
        for (int i = 0; i < Streams; i++)
        {
            for (int j = i + 1; j < Streams; j++)
            {
                pairs.Add((streams[i], streams[j], 0));
            }
        }

        return Largest("threads", pairs);
    });

    public static IEnumerable<Examination> All => [UniformFill, NormalFill, BetaFill, SmallBetaFill, Arms, Threads];

    private static double[] ToUniform(double[] draws, Law law) => [.. draws.Select(x => Math.Exp(law.At(x).LogBelow))];

    private static IEnumerable<Check> Lagged(string name, double[] uniform) =>
        Largest(name, [.. Enumerable.Range(1, Lags).Select(lag => (uniform, uniform, lag))]);

    // Sums of bounded martingale differences with a million terms or so: normal, as far out as the critical value.
    private static IEnumerable<Check> Largest(string name, List<(double[] X, double[] Y, int Lag)> pairs)
    {
        double signed = 0, folded = 0;
        foreach ((double[] xs, double[] ys, int lag) in pairs)
        {
            double plain = 0, distances = 0;
            int count = xs.Length - lag;
            for (int i = 0; i < count; i++)
            {
                double x = xs[i + lag] - 0.5;
                double y = ys[i] - 0.5;
                plain += x * y;
                distances += (Math.Abs(x) - 0.25) * (Math.Abs(y) - 0.25);
            }

            // The variances of x and |x| are 1/12 and 1/48.
            signed = Worse(signed, 12 * plain / Math.Sqrt(count));
            folded = Worse(folded, 48 * distances / Math.Sqrt(count));
        }

        double critical = FalseAlarms.NormalDeviate(pairs.Count);
        return [new Check($"{name} correlation", signed, critical), new Check($"{name} correlation of distances", folded, critical)];

        static double Worse(double worst, double z) => double.IsNaN(z) || Math.Abs(z) > worst ? Math.Abs(z) : worst;
    }
}
