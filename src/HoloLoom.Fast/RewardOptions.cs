namespace HoloLoom.Fast;

/// <summary>How an outcome becomes the reward, 0..1, that the posterior learns. One of <see cref="Threshold"/>, <see cref="Weighted"/> and <see cref="Custom"/>.</summary>
public abstract record RewardOptions
{
    private protected RewardOptions()
    {
    }

    /// <summary>1 if the relevance is above a threshold and the latency below one, else 0. The default.</summary>
    public sealed record Threshold : RewardOptions
    {
        /// <summary>The relevance to exceed, 0..1.</summary>
        public double Relevance { get; init; } = 0.7;

        /// <summary>The latency to stay under, in milliseconds.</summary>
        public double LatencyMs { get; init; } = 2000;
    }

    /// <summary>
    /// A weighted mean of four parts, each 0..1: relevance; success (the threshold reward); speed, 1 − min(latency / limit, 1);
    /// thrift, 1 − min(cost / limit, 1), which is 1 where no cost is reported. The weights are divided by their sum.
    /// </summary>
    public sealed record Weighted : RewardOptions
    {
        /// <summary>Weight of the relevance.</summary>
        public double RelevanceWeight { get; init; } = 0.4;

        /// <summary>Weight of success.</summary>
        public double SuccessWeight { get; init; } = 0.3;

        /// <summary>Weight of speed.</summary>
        public double LatencyWeight { get; init; } = 0.3;

        /// <summary>Weight of thrift.</summary>
        public double CostWeight { get; init; }

        /// <summary>The relevance that counts as success when exceeded, 0..1.</summary>
        public double RelevanceThreshold { get; init; } = 0.7;

        /// <summary>The latency at which speed is 0 and success impossible, in milliseconds; above 0.</summary>
        public double LatencyLimitMs { get; init; } = 2000;

        /// <summary>The cost at which thrift is 0, in the unit of <see cref="Outcome.Cost"/>; above 0.</summary>
        public double CostLimit { get; init; } = 1;
    }

    /// <summary>A function of the user's own. It is called on the recording thread, may be called by many at once, and its result must lie in 0..1.</summary>
    /// <param name="Function">From a valid outcome to a reward in 0..1.</param>
    public sealed record Custom(Func<Outcome, double> Function) : RewardOptions;
}
