namespace HoloLoom.Fast.Statistics.Laws;

/// <summary>
/// A sample seen through the law that it should have: sorted, with the logarithms of the distribution function and its complement.
/// </summary>
internal sealed class SortedSample
{
    private readonly double[] _logBelow;
    private readonly double[] _logAbove;

    /// <param name="values">Sorted in place.</param>
    /// <param name="law">The law.</param>
    public SortedSample(Span<double> values, Law law)
    {
        values.Sort();
        _logBelow = new double[values.Length];
        _logAbove = new double[values.Length];

        // NaN sorts first.
        IsFinite = double.IsFinite(values[0]) && double.IsFinite(values[^1]);
        if (IsFinite)
        {
            law.At(values, _logBelow, _logAbove);
        }
    }

    public bool IsFinite { get; }

    /// <summary>√n times the largest distance between sample and law, and A².</summary>
    public IEnumerable<Check> DistanceChecks(string name)
    {
        yield return new Check($"{name} Kolmogorov-Smirnov", KolmogorovSmirnov(), FalseAlarms.KolmogorovSmirnov);
        yield return new Check($"{name} Anderson-Darling", AndersonDarling(), FalseAlarms.AndersonDarling);
    }

    /// <summary>How many lie in each tail of the given probability.</summary>
    public IEnumerable<Check> TailChecks(string name, double probability)
    {
        double log = Math.Log(probability);
        int low = 0, high = 0;
        while (low < _logBelow.Length && _logBelow[low] < log)
        {
            low++;
        }

        while (high < _logAbove.Length && _logAbove[^(high + 1)] < log)
        {
            high++;
        }

        yield return Counts.Binomial($"{name} lower tail", IsFinite ? low : -1, _logBelow.Length, probability);
        yield return Counts.Binomial($"{name} upper tail", IsFinite ? high : -1, _logBelow.Length, probability);
    }

    /// <summary>
    /// Neyman's components (Skand. Aktuarietidskr. 20, 1937): the means of the first four Legendre polynomials of P(X ≤ x), which see
    /// shifts of location, scale, skewness and kurtosis; each is 0, and bounded, so that Bernstein's inequality gives a rigorous rate.
    /// </summary>
    public IEnumerable<Check> NeymanChecks(string name)
    {
        Span<double> sums = stackalloc double[4];
        for (int i = 0; i < _logBelow.Length; i++)
        {
            double x = 2 * Math.Exp(_logBelow[i]) - 1;
            double square = x * x;
            sums[0] += x;
            sums[1] += 0.5 * (3 * square - 1);
            sums[2] += 0.5 * x * (5 * square - 3);
            sums[3] += 0.125 * ((35 * square - 30) * square + 3);
        }

        var checks = new Check[4];
        for (int k = 1; k <= 4; k++)
        {
            double mean = IsFinite ? sums[k - 1] / _logBelow.Length : double.NaN;
            checks[k - 1] = Counts.Mean($"{name} Neyman component {k}", mean, 1.0 / (2 * k + 1), 1, _logBelow.Length);
        }

        return checks;
    }

    private double KolmogorovSmirnov()
    {
        if (!IsFinite)
        {
            return double.NaN;
        }

        double n = _logBelow.Length;
        double largest = 0;
        for (int i = 0; i < _logBelow.Length; i++)
        {
            double below = Math.Exp(_logBelow[i]);
            largest = Math.Max(largest, Math.Max(below - i / n, (i + 1) / n - below));
        }

        return largest * Math.Sqrt(n);
    }

    private double AndersonDarling()
    {
        if (!IsFinite)
        {
            return double.NaN;
        }

        double n = _logBelow.Length;
        double sum = 0;
        for (int i = 0; i < _logBelow.Length; i++)
        {
            sum += (2 * i + 1) * _logBelow[i] + (2 * (n - i) - 1) * _logAbove[i];
        }

        return -n - sum / n;
    }
}
