using FsCheck.Xunit;
using HoloLoom.Fast.Execution;

namespace HoloLoom.Fast.Tests.Execution;

public sealed class FusionTests
{
    [Fact]
    public void Reciprocal_ranks_are_summed_and_duplicates_merged()
    {
        IReadOnlyList<SearchResult> fused = new ReciprocalRankFusion().Fuse(
            [Answer(0, new("a", 0.9), new("b", 0.8)), Answer(1, new("b", 0.1, "text of b"), new("c", 0.1))], 10);
        Assert.Equal(["b", "a", "c"], fused.Select(static one => one.Id));
        Assert.Equal((1 / 62.0 + 1 / 61.0) / (2 / 61.0), fused[0].Score, 12);
        Assert.Equal("text of b", fused[0].Text);
        Assert.Equal(1 / 61.0 / (2 / 61.0), fused[1].Score, 12);
    }

    [Fact]
    public void A_result_that_is_first_everywhere_scores_one()
    {
        IReadOnlyList<SearchResult> fused = new ReciprocalRankFusion(0).Fuse([Answer(0, new SearchResult("a", 0.2)), Answer(1, new SearchResult("a", 0.1))], 10);
        Assert.Equal(new SearchResult("a", 1), fused.Single());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(500)]
    public void Equal_results_keep_the_order_in_which_they_were_met_however_many_there_are(int count)
    {
        // Two lists without a common result: each rank occurs twice.
        SearchResult[] first = [.. Enumerable.Range(0, count).Where(static i => i % 2 == 0).Select(static i => new SearchResult($"{i}", 1))];
        SearchResult[] second = [.. Enumerable.Range(0, count).Where(static i => i % 2 == 1).Select(static i => new SearchResult($"{i}", 1))];
        IReadOnlyList<SearchResult> fused = new ReciprocalRankFusion().Fuse([Answer(0, first), Answer(1, second)], count);
        Assert.Equal(Enumerable.Range(0, count).Select(static i => $"{i}"), fused.Select(static one => one.Id));
    }

    [Fact]
    public void Weights_multiply_scores()
    {
        Router router = Setup.Router(["a", "b"]);
        var fusion = new WeightedFusion(router, new Dictionary<string, double> { ["b"] = 3 });
        IReadOnlyList<SearchResult> fused = fusion.Fuse([Answer(0, new("x", 0.8), new("y", 0.4)), Answer(1, new("y", 0.2), new("z", 0.6))], 10);
        Assert.Equal([("z", 0.45), ("y", 0.25), ("x", 0.2)], fused.Select(static one => (one.Id, Math.Round(one.Score, 12))));
    }

    [Fact]
    public void All_weights_zero_leave_every_result_in_order()
    {
        var fusion = new WeightedFusion(Setup.Router(["a", "b"]), new Dictionary<string, double> { ["a"] = 0, ["b"] = 0 });
        Assert.Equal(["x", "y"], fusion.Fuse([Answer(0, new SearchResult("x", 0.8)), Answer(1, new SearchResult("y", 1))], 10).Select(static one => one.Id));
    }

    [Fact]
    public void Within_one_list_the_first_of_a_duplicate_counts()
    {
        IReadOnlyList<SearchResult> fused = new ReciprocalRankFusion().Fuse(
            [Answer(0, new("a", 0.9), new("a", 0.8), new("b", 0.7)), Answer(1, new SearchResult("b", 0.5))], 10);
        Assert.Equal(["b", "a"], fused.Select(static one => one.Id));
        Assert.Equal(1 / 61.0 / (2 / 61.0), fused[1].Score, 12);
    }

    /// <summary>Few results are looked through, many are looked up: both as if sorted by what each has earned.</summary>
    [Property(MaxTest = 200)]
    public bool Few_and_many_results_are_fused_as_a_plain_sum_would(byte[][] lists, bool isMany)
    {
        SearchResult[][] results = [.. lists.Select(list => list.Select(id => new SearchResult($"{id % 40}", 1)).ToArray())];
        if (isMany)
        {
            results = [.. results, [.. Enumerable.Range(100, 80).Select(static id => new SearchResult($"{id}", 1))]];
        }

        results = [.. results.Where(static list => list.Length > 0)];
        var earned = new Dictionary<string, double>();
        foreach (SearchResult[] list in results)
        {
            foreach ((SearchResult result, int index) in list.Select(static (result, index) => (result, index)).DistinctBy(static one => one.result.Id))
            {
                earned[result.Id] = earned.GetValueOrDefault(result.Id) + 1 / (60.0 + index + 1);
            }
        }

        IEnumerable<string> expected = earned.OrderByDescending(static one => one.Value).Select(static one => one.Key);
        IReadOnlyList<SearchResult> fused = new ReciprocalRankFusion().Fuse([.. results.Select(static (list, i) => Answer(i, list))], 1000);
        return expected.SequenceEqual(fused.Select(static one => one.Id));
    }

    [Fact]
    public void Bad_parameters_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReciprocalRankFusion(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReciprocalRankFusion(-1));
        Router router = Setup.Router(["a"]);
        Assert.Throws<ArgumentException>(() => new WeightedFusion(router, new Dictionary<string, double> { ["nobody"] = 1 }));
        Assert.Throws<ArgumentException>(() => new WeightedFusion(router, new Dictionary<string, double> { ["a"] = double.NaN }));
        Assert.Throws<ArgumentException>(() => new WeightedFusion(router, new Dictionary<string, double> { ["a"] = -1 }));
    }

    private static BackendAnswer Answer(int backend, params SearchResult[] results) =>
        new(backend, CallStatus.Answered, results, 0, 0, null, default);
}
