using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HoloLoom.Fast.Execution;

/// <summary>Holds a backend to what results must be. An answer that is in order is passed on as it is, without a copy.</summary>
internal static class ResultCheck
{
    /// <param name="results">What the backend returned.</param>
    /// <param name="limit">How many count.</param>
    /// <param name="meanScore">The mean of the scores, 0..1; 0 without results.</param>
    /// <returns>At most <paramref name="limit"/> results, with scores in 0..1.</returns>
    /// <exception cref="InvalidOperationException">Null, or a result without an id.</exception>
    public static IReadOnlyList<SearchResult> Clean(IReadOnlyList<SearchResult>? results, int limit, out double meanScore) =>
        AreInOrder(results, limit, out IReadOnlyList<SearchResult>? clean, out meanScore) ? clean : CleanAny(results, limit, out meanScore);

    /// <summary>The usual case of cleaning: an array of results of which there is nothing to say.</summary>
    /// <param name="results">What the backend returned.</param>
    /// <param name="limit">How many count.</param>
    /// <param name="clean">The same, if it is that.</param>
    /// <param name="meanScore">The mean of the scores, 0..1; 0 without results.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreInOrder(
        IReadOnlyList<SearchResult>? results, int limit, [NotNullWhen(true)] out IReadOnlyList<SearchResult>? clean, out double meanScore)
    {
        meanScore = 0;
        if (results is not SearchResult[] array || array.Length > limit)
        {
            clean = null;
            return false;
        }

        clean = array;

        double sum = 0;
        foreach (ref readonly SearchResult result in array.AsSpan())
        {
            double score = result.Score;
            if (result.Id is null || !(score >= 0 && score <= 1))
            {
                return false;
            }

            sum += score;
        }

        if (array.Length > 0)
        {
            meanScore = sum / array.Length;
        }

        return true;
    }

    private static IReadOnlyList<SearchResult> CleanAny(IReadOnlyList<SearchResult>? results, int limit, out double meanScore)
    {
        switch (results)
        {
            case null:
                throw new InvalidOperationException("the backend returned null; an empty list is expected where nothing is found");
            case SearchResult[] array:
                return Clean(results, array, limit, out meanScore);
            case List<SearchResult> list:
                return Clean(results, CollectionsMarshal.AsSpan(list), limit, out meanScore);
        }

        var copy = new SearchResult[Math.Min(results.Count, limit)];
        for (int i = 0; i < copy.Length; i++)
        {
            copy[i] = results[i];
        }

        return Clean(copy, copy, limit, out meanScore);
    }

    private static IReadOnlyList<SearchResult> Clean(
        IReadOnlyList<SearchResult> whole, ReadOnlySpan<SearchResult> results, int limit, out double meanScore)
    {
        bool inOrder = results.Length <= limit;
        results = inOrder ? results : results[..limit];
        double sum = 0;
        foreach (ref readonly SearchResult result in results)
        {
            if (result.Id is null)
            {
                throw new InvalidOperationException("the backend returned a result without an id");
            }

            inOrder &= result.Score >= 0 && result.Score <= 1;
            sum += result.Score;
        }

        if (inOrder)
        {
            meanScore = results.Length == 0 ? 0 : sum / results.Length;
            return whole;
        }

        SearchResult[] cleaned = results.ToArray();
        sum = 0;
        foreach (ref SearchResult result in cleaned.AsSpan())
        {
            double score = double.IsNaN(result.Score) ? 0 : Math.Clamp(result.Score, 0, 1);
            sum += score;
            result = result with { Score = score };
        }

        meanScore = cleaned.Length == 0 ? 0 : sum / cleaned.Length;
        return cleaned;
    }
}
