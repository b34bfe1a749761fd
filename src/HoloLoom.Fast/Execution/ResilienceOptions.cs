namespace HoloLoom.Fast.Execution;

/// <summary>How a backend is kept from harming its callers. The policies are Polly's: retry around circuit breaker around timeout.</summary>
public sealed record ResilienceOptions
{
    /// <summary>
    /// How long one call may take; above 0, a day at most. While there is another backend to turn to, a call takes at most half of what is left of the
    /// deadline, so that the other has its chance.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a call that failed is repeated; 0..10. One that timed out is not.</summary>
    public int Retries { get; init; } = 1;

    /// <summary>How long to wait before a repetition, doubled each time, with jitter; from 0 to a day.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// The circuit opens when this part of the calls fails, above 0 and up to 1. Counting begins with a failure and goes on for
    /// <see cref="SamplingDuration"/> after the last: a backend that never fails is not counted at all.
    /// </summary>
    public double FailureRatio { get; init; } = 0.5;

    /// <summary>… once there were so many calls within <see cref="SamplingDuration"/>; 2 or more.</summary>
    public int MinimumThroughput { get; init; } = 10;

    /// <summary>… within this time; from 500 ms to a day.</summary>
    public TimeSpan SamplingDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an open circuit keeps the backend from being asked, until one call tries it again; from 500 ms to a day.</summary>
    public TimeSpan BreakDuration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many calls may be under way at once; 1 or more. An abandoned call counts until it ends.</summary>
    public int MaxConcurrency { get; init; } = 256;

    internal ResilienceOptions Checked(string path)
    {
        OptionChecks.PolicyWait($"{path}.timeout", Timeout);
        ConfigurationChecks.Range($"{path}.retries", Retries, 0, 10);
        OptionChecks.PolicyWait($"{path}.retryDelay", RetryDelay, zero: true);
        if (!(FailureRatio > 0 && FailureRatio <= 1))
        {
            throw new RouterConfigurationException(
                $"{path}.failureRatio", FormattableString.Invariant($"a number above 0 and up to 1 is expected; found {FailureRatio}."));
        }

        ConfigurationChecks.Range($"{path}.minimumThroughput", MinimumThroughput, 2, int.MaxValue);
        ConfigurationChecks.Range($"{path}.samplingDuration", SamplingDuration, TimeSpan.FromMilliseconds(500), TimeSpan.FromDays(1));
        ConfigurationChecks.Range($"{path}.breakDuration", BreakDuration, TimeSpan.FromMilliseconds(500), TimeSpan.FromDays(1));
        ConfigurationChecks.Range($"{path}.maxConcurrency", MaxConcurrency, 1, int.MaxValue);
        return this;
    }
}
