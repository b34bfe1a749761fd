namespace HoloLoom.Fast.Execution;

/// <summary>Collects points per result id, in the order of first appearance.</summary>
internal sealed class FusedResults
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<(SearchResult Result, double Points, int List)> _results = [];

    /// <summary>Adds a list. Of a result that is in it twice, the first counts.</summary>
    /// <param name="list">The list's number, rising from call to call.</param>
    /// <param name="results">Best first.</param>
    /// <param name="points">From rank (counted from 1) and score to points.</param>
    public void Add(int list, IReadOnlyList<SearchResult> results, Func<int, double, double> points)
    {
        for (int rank = 0; rank < results.Count; rank++)
        {
            SearchResult result = results[rank];
            double earned = points(rank + 1, result.Score);
            if (_places.TryAdd(result.Id, _results.Count))
            {
                _results.Add((result, earned, list));
                continue;
            }

            int place = _places[result.Id];
            (SearchResult known, double sum, int last) = _results[place];
            if (last != list)
            {
                _results[place] = (known with { Text = known.Text ?? result.Text }, sum + earned, list);
            }
        }
    }

    /// <summary>The results by points, of equal ones the first met first; points over the most that can be earned are the scores.</summary>
    public IReadOnlyList<SearchResult> Ranked(int limit, double mostPoints)
    {
        var order = new (double Points, int Place)[_results.Count];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = (_results[i].Points, i);
        }

        Array.Sort(order, static (a, b) => a.Points != b.Points ? b.Points.CompareTo(a.Points) : a.Place.CompareTo(b.Place));
        var ranked = new SearchResult[Math.Min(limit, order.Length)];
        for (int i = 0; i < ranked.Length; i++)
        {
            ranked[i] = _results[order[i].Place].Result with { Score = mostPoints > 0 ? Math.Min(1, order[i].Points / mostPoints) : 0 };
        }

        return ranked;
    }
}
