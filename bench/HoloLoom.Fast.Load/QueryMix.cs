namespace HoloLoom.Fast.Load;

/// <summary>Which query is asked: a few often, most seldom, by Zipf's law with exponent 1.1.</summary>
internal sealed class QueryMix
{
    private const double Exponent = 1.1;

    private readonly double[] _cumulative;

    /// <param name="queries">How many queries there are.</param>
    public QueryMix(int queries)
    {
        _cumulative = new double[queries];
        double sum = 0;
        for (int i = 0; i < queries; i++)
        {
            sum += 1 / Math.Pow(i + 1, Exponent);
            _cumulative[i] = sum;
        }
    }

    /// <summary>The index of a query.</summary>
    public int Next(Random random)
    {
        int found = Array.BinarySearch(_cumulative, random.NextDouble() * _cumulative[^1]);
        return Math.Min(found >= 0 ? found : ~found, _cumulative.Length - 1);
    }
}
