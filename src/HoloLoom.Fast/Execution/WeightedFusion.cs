namespace HoloLoom.Fast.Execution;

/// <summary>Ranks by the weighted mean of the backends' scores; a backend that did not find a result scores it 0.</summary>
public sealed class WeightedFusion : IResultFusion
{
    private readonly double[] _weights;

    /// <summary>Creates the fusion.</summary>
    /// <param name="router">The router whose backends are weighted.</param>
    /// <param name="weights">Weights by backend name, 0 or more; 1 where none is given.</param>
    /// <exception cref="ArgumentException">A name is not a backend of the router, or a weight is negative or not a number.</exception>
    public WeightedFusion(Router router, IReadOnlyDictionary<string, double> weights)
    {
        ArgumentNullException.ThrowIfNull(router);
        ArgumentNullException.ThrowIfNull(weights);
        _weights = new double[router.Backends.Count];
        Array.Fill(_weights, 1);
        foreach ((string name, double weight) in weights)
        {
            if (!(weight >= 0 && double.IsFinite(weight)))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"The weight of '{name}' is {weight}; a finite number, 0 or more, is expected."), nameof(weights));
            }

            _weights[System.Numerics.BitOperations.TrailingZeroCount(router.SetOf(name).Mask)] = weight;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<SearchResult> Fuse(IReadOnlyList<BackendAnswer> answers, int limit)
    {
        ArgumentNullException.ThrowIfNull(answers);
        var fused = FusedResults.For(answers);
        double sum = 0;
        for (int i = 0; i < answers.Count; i++)
        {
            if (answers[i].IsAnswered)
            {
                double weight = _weights[answers[i].Backend];
                sum += weight;
                fused.Add(i, answers[i].Results, (_, score) => weight * score);
            }
        }

        return fused.Ranked(limit, sum);
    }
}
