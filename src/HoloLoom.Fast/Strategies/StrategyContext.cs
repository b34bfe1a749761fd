using HoloLoom.Fast.Learning;
using HoloLoom.Fast.Sampling;

namespace HoloLoom.Fast.Strategies;

/// <summary>What a strategy may look at to choose a backend for one query.</summary>
public ref struct StrategyContext
{
    private readonly PosteriorTable _posteriors;
    private readonly ref SampleStreams _streams;
    private readonly Span<double> _draws;

    internal StrategyContext(
        int queryType, int preferredBackend, float confidence, ulong available, PosteriorTable posteriors, ref SampleStreams streams, Span<double> draws)
    {
        QueryType = queryType;
        PreferredBackend = preferredBackend;
        Confidence = confidence;
        Available = available;
        _posteriors = posteriors;
        _streams = ref streams;
        _draws = draws;
    }

    /// <summary>The query's type, an index.</summary>
    public int QueryType { get; }

    /// <summary>The backend that the type's rule names, an index. It may be unavailable.</summary>
    public int PreferredBackend { get; }

    /// <summary>The classifier's confidence, 0..1.</summary>
    public float Confidence { get; }

    /// <summary>The backends that may be chosen, a bit each; never 0.</summary>
    public ulong Available { get; }

    internal readonly PosteriorTable Posteriors => _posteriors;

    internal readonly ref SampleStreams Streams => ref _streams;

    /// <summary>Empty, or where to leave each available backend's draw for an explanation.</summary>
    internal readonly Span<double> Draws => _draws;

    /// <summary>The posterior mean reward of a backend for this query type, 0..1.</summary>
    /// <param name="backend">A backend's index.</param>
    public readonly double Mean(int backend) => _posteriors.Mean(QueryType, backend);

    /// <summary>The posterior Beta(alpha, beta) of a backend's reward for this query type.</summary>
    /// <param name="backend">A backend's index.</param>
    public readonly (double Alpha, double Beta) Posterior(int backend) => _posteriors.Posterior(QueryType, backend);

    /// <summary>64 random bits from the calling thread's stream.</summary>
    public readonly ulong NextRandom() => _streams.Scalar.Next();

    /// <summary>A uniform draw, above 0 and below 1.</summary>
    public readonly double NextUniform() => _streams.Scalar.NextOpenDouble();
}
