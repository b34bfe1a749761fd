namespace HoloLoom.Fast.Statistics.Battery;

/// <summary>A part of the battery: some checks that share their draws.</summary>
/// <param name="Name">What a test's report shows.</param>
/// <param name="Checks">How many checks it returns; the family's error rate is that of their sum.</param>
/// <param name="Run">Examines a sampler.</param>
internal sealed record Examination(string Name, int Checks, Func<Sampler, IEnumerable<Check>> Run)
{
    public override string ToString() => Name;

    /// <summary>Fails with all that is wrong.</summary>
    public void Pass(Sampler sampler)
    {
        Check[] checks = [.. Run(sampler)];
        Assert.Empty(checks.Where(static check => !check.Passes).Select(static check => check.ToString()));
        Assert.Equal(Checks, checks.Length);
    }
}
