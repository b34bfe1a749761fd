namespace HoloLoom.Fast.Statistics;

/// <summary>
/// Error rates and critical values. Seeds are fixed, so a check passes or fails always; the rate tells how likely a correct sampler was to
/// fail when the seeds were chosen. Each check may fail a correct sampler with probability <see cref="PerCheck"/>, and all of them together
/// with at most <see cref="Family"/>, by Bonferroni's inequality; a test counts the checks.
/// </summary>
internal static class FalseAlarms
{
    public const double Family = 1e-6;

    public const double PerCheck = 1e-9;

    /// <summary>
    /// Of √n D. P(√n D &gt; c) ≤ 2 exp(−2c²) for every n (Massart, Ann. Probab. 18(3), 1990, doi:10.1214/aop/1176990746).
    /// </summary>
    public static double KolmogorovSmirnov { get; } = Math.Sqrt(-0.5 * Math.Log(PerCheck / 2));

    /// <summary>Of A², by <see cref="AndersonDarlingTail"/>.</summary>
    public static double AndersonDarling { get; } = Root(AndersonDarlingTail, PerCheck);

    /// <summary>Of an exponent E for which P(deviation at least so large) ≤ 2 exp(−E), such as Chernoff's and Bernstein's.</summary>
    public static double Exponent { get; } = -Math.Log(PerCheck / 2);

    /// <summary>Of the largest of several |z|, standard normal: P(|Z| &gt; z) ≤ 2 φ(z) / z.</summary>
    /// <param name="count">How many are looked at.</param>
    public static double NormalDeviate(int count) =>
        Root(static z => 2 * Math.Exp(-0.5 * z * z) / (Math.Sqrt(2 * Math.PI) * z), PerCheck / count);

    /// <summary>
    /// Of n KL(observed, expected) over k cells. P(n KL ≥ x) ≤ e^−x (e x / (k − 1))^(k − 1) for every n and all expectations (Agrawal, IEEE
    /// Trans. Inf. Theory 66(10), 2020, arXiv:1904.02291). Half of Pearson's χ² for large n; no cell is too small for it.
    /// </summary>
    public static double Multinomial(int cells)
    {
        double k = cells - 1;
        return k * Root(x => Math.Exp(k * (1 - x + Math.Log(x))), PerCheck);
    }

    /// <summary>
    /// P(A² &gt; z) for the Anderson-Darling statistic of a large sample. A² is distributed as Σ Z_j² / (j (j + 1)) (Anderson and Darling,
    /// Ann. Math. Stat. 23(2), 1952, doi:10.1214/aoms/1177729437); the tail of such a sum is that of its largest term, times
    /// Π_{j≥2} (1 − λ_j / λ_1)^−½ (Zolotarev, Theory Probab. Appl. 6(2), 1961, doi:10.1137/1106025), which telescopes to √3.
    /// </summary>
    public static double AndersonDarlingTail(double z) => Math.Sqrt(3 / (Math.PI * z)) * Math.Exp(-z);

    // Where a tail, decreasing from 1 up, falls to the given probability.
    private static double Root(Func<double, double> tail, double probability)
    {
        double low = 1, high = 4000;
        while (high - low > 1e-9 * high)
        {
            double middle = 0.5 * (low + high);
            (low, high) = tail(middle) > probability ? (middle, high) : (low, middle);
        }

        return high;
    }
}
