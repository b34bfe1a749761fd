using HoloLoom.Fast.Execution;

namespace HoloLoom.Fast.Tests.Execution;

public sealed class RoutingBenchmarkTests
{
    private static readonly RoutingBenchmarkOptions s_small = new() { Decisions = 20_000, Executions = 2, BackendLatency = TimeSpan.FromMilliseconds(1), Scales = [100, 1000] };

    [Fact]
    public async Task It_measures_four_tables()
    {
        IReadOnlyList<BenchmarkTable> tables = await RoutingBenchmark.RunAllAsync(s_small);
        Assert.Equal([1, 2, 7, 2], tables.Select(static table => table.Rows.Count));
        foreach (BenchmarkRow row in tables.SelectMany(static table => table.Rows))
        {
            Assert.True(row.PerSecond > 0 && row.MeanMs > 0 && row.P99Ms >= row.P95Ms, $"{row}");
            Assert.Equal(1000 / row.MeanMs, row.PerSecond, row.PerSecond * 1e-9);
        }

        Assert.Equal([41_670, 49_998, 19_995], tables.Take(2).SelectMany(static table => table.Rows).Select(static row => row.PublishedPerSecond!.Value));

        // In the simulated world a rule earns 0.6, and who learns comes near 0.9.
        Assert.InRange(tables[1].Rows[0].Reward!.Value, 0.55, 0.65);
        Assert.InRange(tables[1].Rows[1].Reward!.Value, 0.8, 0.92);
    }

    [Fact]
    public async Task It_can_be_cancelled_and_refuses_bad_options()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RoutingBenchmark.RunAllAsync(s_small, cancellationToken: new CancellationToken(canceled: true)));
        RoutingBenchmarkOptions[] wrong =
        [
            s_small with { Decisions = 0 }, s_small with { Executions = 0 }, s_small with { BackendLatency = TimeSpan.FromSeconds(-1) }, s_small with { Scales = [0] },
        ];
        foreach (RoutingBenchmarkOptions options in wrong)
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => RoutingBenchmark.RunAllAsync(options));
        }

        await Assert.ThrowsAnyAsync<ArgumentException>(() => RoutingBenchmark.RunAllAsync(s_small with { Scales = null! }));
    }
}
