using HoloLoom.Fast.Learning;
using HoloLoom.Fast.Statistics.Laws;

namespace HoloLoom.Fast.Statistics.Battery;

/// <summary>Thompson sampling has to choose each arm as often as it is the best, by the exact probabilities.</summary>
internal static class Selections
{
    private static readonly (double Alpha, double Beta)[] s_equalArms =
        [(1, 1), (0.5, 0.5), (20, 5), (50, 0.01), (0.001, 0.001), (1e6, 3e5)];

    private static readonly int[] s_armCounts = [2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 64];

    public static IEnumerable<Examination> All =>
    [
        Of("two arms", [3, 1], [1, 1]),
        Of("two small arms", [0.2, 0.6], [1, 1]),
        Of("two very small arms", [0.01, 0.04], [1, 1]),
        Of("two tiny arms", [1e-300, 1e-300], [1e-300, 3e-300]),
        Of("a small and a large arm", [0.3, 500], [0.5, 300]),
        Of("three arms", [601, 401, 2], [401, 601, 3]),
        Of("six arms", [1989, 40, 64, 71, 52, 59], [21290, 474, 730, 818, 659, 718]),
        .. s_armCounts.Select(static arms => Mixed(arms, small: false)),
        .. s_armCounts.Select(static arms => Mixed(arms, small: true)),
        .. BlocksOfAllKinds(),
        Masked,
        .. s_equalArms.SelectMany(static shape => ((int[])[2, 3, 4, 5, 8, 16, 17, 64]).Select(arms => Equal(arms, shape.Alpha, shape.Beta))),
    ];

    /// <summary>The mask leaves out the best arms; the stride holds padding.</summary>
    public static Examination Masked { get; } = new("masked arms", 3, static sampler =>
    [
        Compare(
            "12 of 20",
            sampler,
            [.. Enumerable.Range(0, 20).Select(static i => i % 5 < 3 ? 2.0 + i % 3 : 900)],
            [.. Enumerable.Repeat(3.0, 20)],
            0b00111_00111_00111_00111),
        Compare("1 of 3", sampler, [1e6, 1, 9], [1, 9, 1], 0b010),
        Compare("2 of 64", sampler, [.. Enumerable.Repeat(5.0, 64)], [.. Enumerable.Repeat(5.0, 64)], 1UL << 63 | 1UL << 20),
    ]);

    // Eight large arms, eight small ones, eight of both: a block that needs logarithms has to be comparable with one that does not.
    private static IEnumerable<Examination> BlocksOfAllKinds()
    {
        int[] arms = [.. Enumerable.Range(0, 24)];
        double[] alpha = [.. arms.Select(static i => i < 8 ? 4.0 + i : i < 16 ? 0.3 + 0.05 * i : i % 2 == 0 ? 0.5 : 30 + i)];
        double[] beta = [.. arms.Select(static i => i < 8 ? 2.5 : i < 16 ? 0.4 : i % 2 == 0 ? 0.2 : 12.0)];
        foreach ((string name, ulong available) in ((string, ulong)[])
            [("all", 0xFFFFFF), ("large", 0x0000FF), ("small", 0x00FF00), ("large by mask", 0xAA00FF), ("a few of each", 0x818181)])
        {
            string title = $"blocks of large and small arms, {name}";
            yield return new Examination(title, 1, sampler => [Compare(name, sampler, alpha, beta, available)]);
        }
    }

    private static Examination Equal(int arms, double alpha, double beta) => Of(
        FormattableString.Invariant($"{arms} arms of beta({alpha}, {beta})"),
        [.. Enumerable.Repeat(alpha, arms)],
        [.. Enumerable.Repeat(beta, arms)]);

    private static Examination Of(string name, double[] alpha, double[] beta) =>
        new(name, 1, sampler => [Compare(name, sampler, alpha, beta, ulong.MaxValue >> (64 - alpha.Length))]);

    // Means around one half, so that most arms have a chance.
    private static Examination Mixed(int arms, bool small)
    {
        double[] alpha = [.. Enumerable.Range(0, arms).Select(i => Shape(i * 29 % 64))];
        double[] beta = [.. Enumerable.Range(0, arms).Select(i => Shape((i * 13 + 5) % 64))];
        return Of($"{arms} {(small ? "small" : "mixed")} arms", alpha, beta);

        double Shape(int i) => small ? 0.05 + 0.07 * i : 1 + 0.4 * i;
    }

    private static Check Compare(string name, Sampler sampler, double[] alpha, double[] beta, ulong available)
    {
        var probability = new double[alpha.Length];
        BestArmProbability.Compute(alpha, beta, available, probability);
        var chosen = new int[Math.Clamp(3_000_000 / alpha.Length, 100_000, 500_000)];
        sampler.Select(alpha, beta, available, 601, chosen, default);
        return Counts.Multinomial(name, chosen, probability);
    }
}
