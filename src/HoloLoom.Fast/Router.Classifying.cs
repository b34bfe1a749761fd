using System.Runtime.CompilerServices;
using HoloLoom.Fast.Classification;
using HoloLoom.Fast.Learning;
using HoloLoom.Fast.Sampling;

namespace HoloLoom.Fast;

public sealed partial class Router
{
    // A Beta distribution of so many pseudo-counts is a point to within what a double can tell; of endlessly many it is none.
    private const double MaxEvidence = 1e15;

    /// <summary>Classifies a query without deciding anything.</summary>
    /// <param name="query">The query, UTF-16; any length, any content.</param>
    /// <returns>An index into <see cref="QueryTypes"/>, and a confidence.</returns>
    public ClassifiedQuery Classify(ReadOnlySpan<char> query) =>
        _customClassifier is null ? _rules.Classify(query) : Checked(_customClassifier.Classify(query));

    /// <summary>Decides where a query goes that was classified before; the draw is fresh.</summary>
    /// <param name="query">What <see cref="Classify"/> answered.</param>
    /// <param name="available">The backends that may be chosen. With one, the decision is an id for asking that one.</param>
    /// <exception cref="ArgumentException"><paramref name="available"/> holds none of the router's backends.</exception>
    /// <exception cref="InvalidOperationException">The query type is none of this router's.</exception>
    public Decision Route(ClassifiedQuery query, BackendSet available)
    {
        ulong mask = Mask(available);
        return Decide(_lanes.Current, Checked(query), mask, default);
    }

    /// <summary>Decides where a query goes that was classified before, by the variant that the unit belongs to.</summary>
    /// <param name="query">What <see cref="Classify"/> answered.</param>
    /// <param name="available">The backends that may be chosen.</param>
    /// <param name="unit">What must stay with its variant. Without an experiment it changes nothing.</param>
    /// <exception cref="ArgumentException"><paramref name="available"/> holds none of the router's backends.</exception>
    /// <exception cref="InvalidOperationException">The query type is none of this router's.</exception>
    public Decision Route(ClassifiedQuery query, BackendSet available, ReadOnlySpan<char> unit) =>
        _experiment is null
            ? Route(query, available)
            : Decide(_lanes.Current, Checked(query), Mask(available), default, _experiment.Sticky(unit));

    /// <summary>
    /// The backend that a draw prefers once a score of this very query is counted. Each available backend's rate is drawn from its
    /// posterior Beta(α, β); for the scored backend, from Beta(α + w·s, β + w·(1 − s)) with w = max(1, share · (α + β)), 10¹⁵ at most. Nothing is learned.
    /// </summary>
    /// <param name="decision">The decision for the query; its variant's posteriors are drawn from.</param>
    /// <param name="scored">The backend that answered.</param>
    /// <param name="score">How well, 0..1.</param>
    /// <param name="share">What the score weighs, relative to all that is known of the backend; 0 or more.</param>
    /// <param name="available">The backends that may be preferred.</param>
    [SkipLocalsInit]
    internal int Reconsider(in Decision decision, int scored, double score, double share, BackendSet available)
    {
        ulong mask = Mask(available);
        PosteriorTable posteriors = ArmOf(decision.Variant).Posteriors;
        posteriors.RefreshIfStale(decision.QueryType);
        Span<double> row = stackalloc double[posteriors.ParametersLength];
        posteriors.CopyParameters(decision.QueryType, row);
        (double alpha, double beta) = ArmParameters.Shapes(row, posteriors.Stride, scored);
        double weight = Math.Clamp(share * (alpha + beta), 1, MaxEvidence);
        GammaShape successes = GammaShape.Of(alpha + weight * score);
        GammaShape failures = GammaShape.Of(beta + weight * (1 - score));
        ArmParameters.Set(row, posteriors.Stride, scored, successes, failures);
        return BestArm.Select(
            row, posteriors.Stride, _backends.Length, mask, ref _lanes.Current.State.Streams, default, SamplerKernels.Chosen);
    }
}
