using System.Globalization;
using HoloLoom.Fast.Statistics.Laws;

namespace HoloLoom.Fast.Statistics.Battery;

/// <summary>Uniform and normal draws.</summary>
internal static class BasicLaws
{
    private const int Draws = 1_000_000;

    public static Examination UniformEnds { get; } = new("uniform ends", 1, static sampler =>
    [
        Check.Fact(
            "never 0, never 1",
            sampler.UniformOf(0) > 0
                && sampler.UniformOf(ulong.MaxValue) < 1
                && sampler.UniformOf(0) == 1 - sampler.UniformOf(ulong.MaxValue)),
    ]);

    public static Examination Uniform { get; } = new("uniform law", 7, CheckUniform);

    public static Examination Normal { get; } = new("normal law", 6, CheckNormal);

    public static Examination NormalTails { get; } = new("normal tails", 8, CheckNormalTails);

    public static Examination NormalSigns { get; } = new("normal signs", 4, CheckNormalSigns);

    public static IEnumerable<Examination> All => [UniformEnds, Uniform, Normal, NormalTails, NormalSigns];

    private static IEnumerable<Check> CheckUniform(Sampler sampler)
    {
        var draws = new double[Draws];
        sampler.Uniform(301, 0, draws);
        for (int i = 0; i < draws.Length; i++)
        {
            draws[i] = Math.Log(draws[i] / (1 - draws[i]));
        }

        var sample = new SortedSample(draws, Law.LogOdds(1, 1));

        // Of 2^52 values, 10⁶ draws hardly ever hit one twice: P(3 pairs or more) is about (10¹² / 2^53)³ / 6 = 2·10⁻¹³.
        int ties = 0;
        for (int i = 1; i < draws.Length; i++)
        {
            ties += draws[i] == draws[i - 1] ? 1 : 0;
        }

        return [.. sample.DistanceChecks("uniform"), .. sample.NeymanChecks("uniform"), new Check("uniform ties", ties, 2)];
    }

    private static IEnumerable<Check> CheckNormal(Sampler sampler)
    {
        var draws = new double[Draws];
        sampler.Normal(302, 0, draws);
        var sample = new SortedSample(draws, Law.Normal());
        return [.. sample.DistanceChecks("normal"), .. sample.NeymanChecks("normal")];
    }

    // Also where the ziggurat hands over to its tail method.
    private static IEnumerable<Check> CheckNormalTails(Sampler sampler)
    {
        double[] limits = [3, 3.6541528853610088, 4, 5];
        var low = new long[limits.Length];
        var high = new long[limits.Length];
        var draws = new double[Draws];
        const int Batches = 16;
        for (int batch = 0; batch < Batches; batch++)
        {
            sampler.Normal(303 + (ulong)batch, 0, draws);
            foreach (double x in draws)
            {
                for (int i = 0; i < limits.Length && Math.Abs(x) > limits[i]; i++)
                {
                    (x < 0 ? low : high)[i]++;
                }
            }
        }

        Law law = Law.Normal();
        for (int i = 0; i < limits.Length; i++)
        {
            double probability = Math.Exp(law.At(limits[i]).LogAbove);
            string limit = limits[i].ToString("0.##", CultureInfo.InvariantCulture);
            yield return Counts.Binomial($"normal below -{limit}", low[i], Batches * Draws, probability);
            yield return Counts.Binomial($"normal above {limit}", high[i], Batches * Draws, probability);
        }
    }

    // Signs and order of size of draws at the distances at which pairs of sine and cosine may lie: each of 8 combinations equally often.
    private static IEnumerable<Check> CheckNormalSigns(Sampler sampler)
    {
        var draws = new double[Draws];
        sampler.Normal(304, 0, draws);
        double[] even = [.. Enumerable.Repeat(1.0 / 8, 8)];
        foreach (int distance in (int[])[1, 2, 4, 8])
        {
            var combination = new int[Draws / (2 * distance) * distance];
            for (int i = 0; i < combination.Length; i++)
            {
                // Disjoint pairs, so that they are independent.
                int first = i / distance * 2 * distance + i % distance;
                double x = draws[first], y = draws[first + distance];
                combination[i] = (x > 0 ? 1 : 0) + (y > 0 ? 2 : 0) + (Math.Abs(x) > Math.Abs(y) ? 4 : 0);
            }

            yield return Counts.Multinomial($"signs of normals {distance} apart", combination, even);
        }
    }
}
