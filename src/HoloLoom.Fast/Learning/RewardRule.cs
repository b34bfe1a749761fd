using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Learning;

/// <summary>The two built-in rewards: a weighted mean of relevance, success, speed and thrift, of which the threshold reward is the case of weight on success alone.</summary>
internal sealed class RewardRule
{
    private readonly double _relevanceThreshold;
    private readonly double _latencyLimit;
    private readonly double _costLimit;
    private readonly double _relevanceShare;
    private readonly double _successShare;
    private readonly double _speedShare;
    private readonly double _thriftShare;

    private RewardRule(double relevanceThreshold, double latencyLimit, double costLimit, double relevance, double success, double speed, double thrift)
    {
        double total = relevance + success + speed + thrift;
        (_relevanceThreshold, _latencyLimit, _costLimit) = (relevanceThreshold, latencyLimit, costLimit);
        (_relevanceShare, _successShare, _speedShare, _thriftShare) = (relevance / total, success / total, speed / total, thrift / total);
    }

    public static RewardRule Threshold(double relevance, double latencyMs) => new(relevance, latencyMs, 1, 0, 1, 0, 0);

    public static RewardRule Weighted(
        double relevanceThreshold, double latencyLimitMs, double costLimit, double relevance, double success, double speed, double thrift) =>
        new(relevanceThreshold, latencyLimitMs, costLimit, relevance, success, speed, thrift);

    /// <summary>Whether relevance and latency are both within their thresholds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsSuccess(double relevance, double latencyMs) => relevance > _relevanceThreshold && latencyMs < _latencyLimit;

    /// <param name="relevance">0..1.</param>
    /// <param name="latencyMs">0 or more.</param>
    /// <param name="cost">0 or more.</param>
    /// <returns>0..1.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Evaluate(double relevance, double latencyMs, double cost)
    {
        double success = IsSuccess(relevance, latencyMs) ? 1 : 0;
        if (_successShare == 1)
        {
            return success;
        }

        double speed = 1 - Math.Min(latencyMs / _latencyLimit, 1);
        double thrift = 1 - Math.Min(cost / _costLimit, 1);
        double reward = _relevanceShare * relevance + _successShare * success + _speedShare * speed + _thriftShare * thrift;
        return Math.Min(reward, 1);
    }
}
