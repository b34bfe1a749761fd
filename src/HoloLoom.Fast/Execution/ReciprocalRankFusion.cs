namespace HoloLoom.Fast.Execution;

/// <summary>
/// Ranks by the sum over backends of 1 / (k + rank): scores of different backends need not be comparable (Cormack, Clarke and Büttcher,
/// SIGIR 2009). A fused result's score is that sum over the largest possible one, 0..1.
/// </summary>
public sealed class ReciprocalRankFusion : IResultFusion
{
    private readonly double _k;

    /// <summary>Creates the fusion.</summary>
    /// <param name="k">How little the first ranks stand out; 0 or more, 60 in the paper.</param>
    /// <exception cref="ArgumentOutOfRangeException">k is negative or not a number.</exception>
    public ReciprocalRankFusion(double k = 60)
    {
        if (!(k >= 0 && double.IsFinite(k)))
        {
            throw new ArgumentOutOfRangeException(nameof(k), k, "A finite number, 0 or more, is expected.");
        }

        _k = k;
    }

    /// <inheritdoc/>
    public IReadOnlyList<SearchResult> Fuse(IReadOnlyList<BackendAnswer> answers, int limit)
    {
        ArgumentNullException.ThrowIfNull(answers);
        var fused = FusedResults.For(answers);
        int lists = 0;
        foreach (BackendAnswer answer in answers)
        {
            if (answer.Results.Count > 0)
            {
                fused.Add(lists++, answer.Results, (rank, _) => 1 / (_k + rank));
            }
        }

        return fused.Ranked(limit, lists / (_k + 1));
    }
}
