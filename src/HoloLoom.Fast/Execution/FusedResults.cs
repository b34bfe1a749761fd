using System.Runtime.InteropServices;

namespace HoloLoom.Fast.Execution;

/// <summary>Collects points per result id, in the order of first appearance.</summary>
internal sealed class FusedResults
{
    // So few are looked through one by one, and put in order where they are, sooner than a table or a general sort has begun.
    private const int Few = 64;

    private readonly (SearchResult Result, double Points, int List)[] _results;
    private readonly Dictionary<string, int>? _places;
    private int _count;

    private FusedResults(int count)
    {
        _results = new (SearchResult, double, int)[count];
        _places = count <= Few ? null : new Dictionary<string, int>(count, StringComparer.Ordinal);
    }

    /// <summary>With room for the results of all these answers.</summary>
    public static FusedResults For(IReadOnlyList<BackendAnswer> answers)
    {
        int count = 0;
        for (int i = 0; i < answers.Count; i++)
        {
            count += answers[i].Results.Count;
        }

        return new FusedResults(count);
    }

    /// <summary>Adds a list. Of a result that is in it twice, the first counts.</summary>
    /// <param name="list">The list's number, rising from call to call.</param>
    /// <param name="results">Best first.</param>
    /// <param name="points">From rank (counted from 1) and score to points.</param>
    public void Add(int list, IReadOnlyList<SearchResult> results, Func<int, double, double> points)
    {
        for (int rank = 0; rank < results.Count; rank++)
        {
            SearchResult result = results[rank];
            ArgumentNullException.ThrowIfNull(result.Id);
            double earned = points(rank + 1, result.Score);
            int place = PlaceOf(result.Id);
            if (place == _count)
            {
                _results[_count++] = (result, earned, list);
                continue;
            }

            ref (SearchResult Result, double Points, int List) known = ref _results[place];
            if (known.List != list)
            {
                known = (known.Result with { Text = known.Result.Text ?? result.Text }, known.Points + earned, list);
            }
        }
    }

    // Where the id is, or is to be: behind the others.
    private int PlaceOf(string id)
    {
        if (_places is not null)
        {
            ref int place = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, id, out bool isKnown);
            return isKnown ? place : place = _count;
        }

        for (int i = 0; i < _count; i++)
        {
            if (_results[i].Result.Id == id)
            {
                return i;
            }
        }

        return _count;
    }

    /// <summary>The results by points, of equal ones the first met first; points over the most that can be earned are the scores.</summary>
    public IReadOnlyList<SearchResult> Ranked(int limit, double mostPoints)
    {
        var order = new (double Points, int Place)[_count];
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
