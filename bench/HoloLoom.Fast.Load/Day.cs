namespace HoloLoom.Fast.Load;

/// <summary>A day of traffic in as many seconds as there are: quiet at night, busiest at noon, with bursts, and a few queries asked often.</summary>
/// <remarks>
/// Arrivals are a Poisson process whose rate follows a sine about its mean, tripled in bursts that take a fiftieth of the day; queries are
/// drawn from a <see cref="QueryMix"/>. Every arrival is fixed beforehand, whatever the server does: a server that is late does not get
/// fewer requests, and how late it is counts in full.
/// </remarks>
internal sealed class Day
{
    private const double Swing = 0.7;
    private const double BurstFactor = 3;
    private const int Bursts = 10;
    private const double BurstShare = 0.02;

    private readonly Random _random;
    private readonly double _seconds;
    private readonly double _mean;
    private readonly double[] _burstStarts;
    private readonly QueryMix _queries;
    private double _at;

    /// <param name="rate">Mean arrivals per second.</param>
    /// <param name="seconds">How long the day takes.</param>
    /// <param name="queries">How many queries there are.</param>
    /// <param name="seed">The same seed gives the same day.</param>
    public Day(double rate, double seconds, int queries, int seed)
    {
        _random = new Random(seed);
        _seconds = seconds;
        _mean = rate / (1 + (BurstFactor - 1) * BurstShare);
        _burstStarts = [.. Enumerable.Range(0, Bursts).Select(_ => _random.NextDouble() * seconds * (1 - BurstShare / Bursts))];
        _queries = new QueryMix(queries);
    }

    /// <summary>The next arrival; false when the day is over.</summary>
    /// <param name="milliseconds">Since the day began; arrivals of one millisecond are sent together.</param>
    /// <param name="query">Which query.</param>
    public bool TryNext(out long milliseconds, out int query)
    {
        // Thinning (Lewis and Shedler, 1979): arrivals at the highest rate, of which as many are kept as the rate at that moment asks.
        double highest = _mean * (1 + Swing) * BurstFactor;
        do
        {
            _at -= Math.Log(1 - _random.NextDouble()) / highest;
        }
        while (_at < _seconds && _random.NextDouble() * highest >= RateAt(_at));

        milliseconds = (long)Math.Ceiling(_at * 1000);
        query = _queries.Next(_random);
        return _at < _seconds;
    }

    private double RateAt(double second)
    {
        double rate = _mean * (1 - Swing * Math.Cos(2 * Math.PI * second / _seconds));
        double length = _seconds * BurstShare / Bursts;
        foreach (double start in _burstStarts)
        {
            if (second >= start && second < start + length)
            {
                return rate * BurstFactor;
            }
        }

        return rate;
    }
}
