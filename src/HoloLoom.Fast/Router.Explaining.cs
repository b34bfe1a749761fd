using System.Text;
using HoloLoom.Fast.Classification;
using HoloLoom.Fast.Learning;
using HoloLoom.Fast.Strategies;

namespace HoloLoom.Fast;

public sealed partial class Router
{
    /// <summary>Decides as the other overloads do, with the same draws, and tells why. For people, not for every request: it allocates.</summary>
    /// <param name="query">The query.</param>
    /// <param name="available">The backends that may be chosen.</param>
    /// <param name="explanation">Patterns, scores, draws, and what was masked.</param>
    /// <exception cref="ArgumentException"><paramref name="available"/> holds none of the router's backends.</exception>
    public Decision Route(ReadOnlySpan<char> query, BackendSet available, out Explanation explanation)
    {
        ulong mask = Mask(available);
        ClassifiedQuery classified = _customClassifier is null ? _rules.Classify(query) : Checked(_customClassifier.Classify(query));
        Span<double> draws = stackalloc double[BackendSet.MaxBackends];
        draws.Fill(double.NaN);
        Decision decision = Decide(_lanes.Current, classified, mask, draws);
        explanation = Explain(decision, query, mask, draws);
        return decision;
    }

    /// <inheritdoc cref="Route(ReadOnlySpan{char}, BackendSet, out Explanation)"/>
    /// <param name="utf8Query">The query, UTF-8.</param>
    /// <param name="available">The backends that may be chosen.</param>
    /// <param name="explanation">Patterns, scores, draws, and what was masked.</param>
    public Decision Route(ReadOnlySpan<byte> utf8Query, BackendSet available, out Explanation explanation) =>
        Route(Encoding.UTF8.GetString(utf8Query), available, out explanation);

    /// <summary>Explains a decision made before: the patterns, and the posteriors as they are now. The draws of the time are not kept.</summary>
    /// <param name="decision">A decision of this router.</param>
    /// <param name="query">The query that it was made for.</param>
    /// <param name="available">The backends that could be chosen then.</param>
    /// <exception cref="ArgumentException">The decision's backend or query type is none of this router's.</exception>
    public Explanation Explain(in Decision decision, ReadOnlySpan<char> query, BackendSet available)
    {
        if (decision.Backend >= _backends.Length || decision.QueryType >= _queryTypes.Length)
        {
            throw new ArgumentException("The decision is not one of this router's: it names a backend or query type that the router does not have.", nameof(decision));
        }

        return Explain(decision, query, available.Mask & _allBackends, default);
    }

    /// <summary>The other available backends, best first: by posterior mean for a strategy that learns, else in the order of the fallback list.</summary>
    /// <param name="decision">A decision of this router.</param>
    /// <param name="available">The backends that may be chosen.</param>
    /// <param name="alternatives">Receives the indices; as many as there is room for, 63 at most.</param>
    /// <returns>How many were written.</returns>
    public int CopyAlternatives(in Decision decision, BackendSet available, Span<int> alternatives)
    {
        Span<int> order = stackalloc int[BackendSet.MaxBackends];
        Span<double> keys = stackalloc double[BackendSet.MaxBackends];
        int count = 0;
        (IRoutingStrategy Strategy, PosteriorTable Posteriors) arm = ArmOf(decision.Variant);
        for (int backend = 0; backend < _backends.Length; backend++)
        {
            if (backend != decision.Backend && available.Contains(backend))
            {
                int place = Array.IndexOf(_fallback, backend);
                order[count] = backend;
                keys[count++] = arm.Strategy.IsLearned ? -arm.Posteriors.Mean(decision.QueryType, backend) : place < 0 ? int.MaxValue : place;
            }
        }

        // Insertion keeps the order of equals; there are at most 63.
        for (int i = 1; i < count; i++)
        {
            for (int j = i; j > 0 && keys[j] < keys[j - 1]; j--)
            {
                (keys[j], keys[j - 1]) = (keys[j - 1], keys[j]);
                (order[j], order[j - 1]) = (order[j - 1], order[j]);
            }
        }

        count = Math.Min(count, alternatives.Length);
        order[..count].CopyTo(alternatives);
        return count;
    }

    private Explanation Explain(in Decision decision, ReadOnlySpan<char> query, ulong mask, ReadOnlySpan<double> draws)
    {
        int queryType = decision.QueryType;
        int preferred = _preferred[queryType];
        (IRoutingStrategy strategy, PosteriorTable posteriors) = ArmOf(decision.Variant);
        var backends = new BackendExplanation[_backends.Length];
        for (int backend = 0; backend < _backends.Length; backend++)
        {
            (double alpha, double beta) = posteriors.Posterior(queryType, backend);
            bool isAvailable = (mask >> backend & 1) != 0;
            double? draw = draws.IsEmpty || double.IsNaN(draws[backend]) ? null : draws[backend];
            string? masked = isAvailable ? null : "not in the set of available backends";
            backends[backend] = new BackendExplanation(_backends[backend], isAvailable, masked, draw, posteriors.Mean(queryType, backend), alpha, beta);
        }

        PatternMatches? matches = _customClassifier is null ? _rules.Match(query) : null;
        return new Explanation(
            _queryTypes[queryType],
            _backends[decision.Backend],
            strategy.Name,
            Reason(strategy.Name, decision, preferred, mask),
            matches is null ? [] : [.. matches.Matches.Select(match => new MatchedPattern(_queryTypes[match.QueryType], match.Text))],
            matches is null ? [] : [.. Scores(matches.Scores)],
            backends);
    }

    private IEnumerable<TypeScore> Scores(IReadOnlyList<int> scores)
    {
        for (int type = 0; type < _queryTypes.Length; type++)
        {
            if (_options.QueryTypes[type].Patterns.Count > 0)
            {
                yield return new TypeScore(_queryTypes[type], scores[type]);
            }
        }
    }

    private string Reason(string strategy, in Decision decision, int preferred, ulong mask)
    {
        string chosen = _backends[decision.Backend];
        string type = _queryTypes[decision.QueryType];
        bool preferredAvailable = (mask >> preferred & 1) != 0;
        return strategy switch
        {
            "thompson" => $"{chosen} had the largest draw from its posterior for '{type}' among the available backends.",
            "greedy" => $"{chosen} has the largest posterior mean for '{type}' among the available backends.",
            "uniform" => $"{chosen} was drawn at random among the available backends.",
            "rules" when preferredAvailable => $"'{type}' queries go to {chosen} by rule.",
            "rules" => $"'{type}' queries go to {_backends[preferred]} by rule; it is not available, and {chosen} is the first available of the fallback list.",
            _ => $"{chosen} was chosen by the strategy '{strategy}'.",
        };
    }
}
