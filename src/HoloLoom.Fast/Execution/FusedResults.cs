using System.Runtime.InteropServices;

namespace HoloLoom.Fast.Execution;

/// <summary>Collects points per result id, in the order of first appearance.</summary>
/// <param name="count">How many results will be added, duplicates included.</param>
internal sealed class FusedResults(int count)
{
    // So few are put in order where they are, sooner than a general sort has begun.
    private const int Few = 64;

    private readonly Dictionary<string, int> _places = new(count, StringComparer.Ordinal);
    private readonly List<(SearchResult Result, double Points, int List)> _results = new(count);

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
            ref int place = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, result.Id, out bool isKnown);
            if (!isKnown)
            {
                place = _results.Count;
                _results.Add((result, earned, list));
                continue;
            }

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

        if (order.Length <= Few)
        {
            SortFew(order);
        }
        else
        {
            Array.Sort(order, static (a, b) => a.Points != b.Points ? b.Points.CompareTo(a.Points) : a.Place.CompareTo(b.Place));
        }

        var ranked = new SearchResult[Math.Min(limit, order.Length)];
        for (int i = 0; i < ranked.Length; i++)
        {
            ranked[i] = _results[order[i].Place].Result with { Score = mostPoints > 0 ? Math.Min(1, order[i].Points / mostPoints) : 0 };
        }

        return ranked;
    }

    // By insertion, which leaves equal ones in their order.
    private static void SortFew(Span<(double Points, int Place)> order)
    {
        for (int i = 1; i < order.Length; i++)
        {
            (double Points, int Place) one = order[i];
            int at = i;
            for (; at > 0 && order[at - 1].Points < one.Points; at--)
            {
                order[at] = order[at - 1];
            }

            order[at] = one;
        }
    }
}
