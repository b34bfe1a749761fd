using FsCheck.Xunit;
using HoloLoom.Fast.Internals;

namespace HoloLoom.Fast.Tests.Internals;

public sealed class NearestNameTests
{
    private static readonly string[] Names = ["strategy", "seed", "node", "halfLife"];

    [Theory]
    [InlineData("strategi", "strategy")]
    [InlineData("stratgey", "strategy")]
    [InlineData("halflife", "halfLife")]
    [InlineData("SEED", "seed")]
    [InlineData("nod", "node")]
    [InlineData("experiment", null)]
    [InlineData("", null)]
    public void Finds_what_was_meant_or_nothing(string written, string? meant) => Assert.Equal(meant, NearestName.Find(written, Names));

    [Fact]
    public void Hint_is_the_guess_or_the_list()
    {
        Assert.Equal("did you mean 'seed'?", NearestName.Hint("sead", Names));
        Assert.Equal("known are strategy, seed, node, halfLife.", NearestName.Hint("zzz", Names));
        Assert.StartsWith("known are", NearestName.Hint(new string('s', 100_000), Names), StringComparison.Ordinal);
    }

    [Property]
    public bool Distance_is_symmetric_and_zero_only_for_the_same_letters(string? a, string? b)
    {
        (string left, string right) = (a ?? "", b ?? "");
        int distance = NearestName.Distance(left, right);
        return distance == NearestName.Distance(right, left)
            && distance <= Math.Max(left.Length, right.Length)
            && (distance == 0) == left.ToLowerInvariant().Equals(right.ToLowerInvariant(), StringComparison.Ordinal);
    }
}
