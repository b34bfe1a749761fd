namespace HoloLoom.Fast.Learning;

/// <summary>What one variant's outcomes add up to.</summary>
internal sealed class VariantTally
{
    public PowerSums Rewards;
    public PowerSums SliceRewards;
    public long Successes;
    public long Slow;
    public double RelevanceSum;
    public double LatencySumMs;
    public readonly long[] Latencies = new long[LatencyHistogram.Buckets];

    public void Add(VariantTally other)
    {
        Rewards.Add(other.Rewards);
        SliceRewards.Add(other.SliceRewards);
        Successes += other.Successes;
        Slow += other.Slow;
        RelevanceSum += other.RelevanceSum;
        LatencySumMs += other.LatencySumMs;
        for (int i = 0; i < Latencies.Length; i++)
        {
            Latencies[i] += other.Latencies[i];
        }
    }
}

/// <summary>What an experiment's outcomes add up to. Its user holds a lock; tallies of several locks are added up when read.</summary>
internal sealed class ExperimentTally
{
    private readonly int _variants;
    private readonly double _slowMs;

    /// <param name="variants">How many variants; the arm after them is the holdout.</param>
    /// <param name="slowMs">Latencies above are counted apart.</param>
    public ExperimentTally(int variants, double slowMs)
    {
        _variants = variants;
        _slowMs = slowMs;
        Arms = [.. Enumerable.Range(0, variants + 1).Select(static _ => new VariantTally())];
        Pairs = new PowerSums[variants * variants];
    }

    /// <summary>Per variant, then the holdout.</summary>
    public VariantTally[] Arms { get; }

    /// <summary>At [a · variants + b], a &lt; b: the centred rewards of a, and those of b negated, in the uniform slice.</summary>
    public PowerSums[] Pairs { get; }

    /// <summary>Counts an outcome.</summary>
    /// <param name="arm">A variant, or the holdout.</param>
    /// <param name="inSlice">Whether the decision was of the uniform slice.</param>
    /// <param name="reward">0..1.</param>
    /// <param name="success">Whether the outcome was a success.</param>
    /// <param name="relevance">0..1.</param>
    /// <param name="latencyMs">0 or more.</param>
    public void Add(int arm, bool inSlice, double reward, bool success, double relevance, double latencyMs)
    {
        VariantTally tally = Arms[arm];
        tally.Rewards.Add(reward);
        tally.Successes += success ? 1 : 0;
        tally.Slow += latencyMs > _slowMs ? 1 : 0;
        tally.RelevanceSum += relevance;
        tally.LatencySumMs += latencyMs;
        tally.Latencies[LatencyHistogram.Bucket(latencyMs)]++;
        if (inSlice && arm < _variants)
        {
            AddToPairs(arm, reward);
            tally.SliceRewards.Add(reward);
        }
    }

    public void Add(ExperimentTally other)
    {
        for (int i = 0; i < Arms.Length; i++)
        {
            Arms[i].Add(other.Arms[i]);
        }

        for (int i = 0; i < Pairs.Length; i++)
        {
            Pairs[i].Add(other.Pairs[i]);
        }
    }

    // Of the slice's decisions for one of two variants, each is for either with probability 1/2, whatever was seen before. So with a centre
    // that is known before the outcome, the centred reward of one, and the negated of the other, has the mean (θ_a − θ_b) / 2. Any such
    // centre will do; the pooled mean makes the variance smallest.
    private void AddToPairs(int arm, double reward)
    {
        ref readonly PowerSums own = ref Arms[arm].SliceRewards;
        for (int other = 0; other < _variants; other++)
        {
            if (other != arm)
            {
                ref readonly PowerSums others = ref Arms[other].SliceRewards;
                double centred = reward - (0.5 + own.S1 + others.S1) / (1 + own.Count + others.Count);
                if (arm < other)
                {
                    Pairs[arm * _variants + other].Add(centred);
                }
                else
                {
                    Pairs[other * _variants + arm].Add(-centred);
                }
            }
        }
    }
}
