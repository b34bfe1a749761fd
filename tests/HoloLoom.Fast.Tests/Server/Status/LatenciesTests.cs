using System.Diagnostics;
using HoloLoom.Fast.Server.Status;

namespace HoloLoom.Fast.Tests.Server.Status;

public sealed class LatenciesTests
{
    private static readonly double s_ticks = Stopwatch.Frequency / 1e9;

    [Fact]
    public void Quantiles_are_right_within_a_hundredth()
    {
        var latencies = new Latencies("x", 3);
        for (int i = 1; i <= 10_000; i++)
        {
            latencies.Record((long)(i * 1000 * s_ticks));
        }

        LatencySummary summary = latencies.EndInterval();
        Assert.Equal(10_000, summary.Count);
        foreach ((long actual, double expected) in ((long, double)[])[(summary.P50, 5e6), (summary.P95, 9.5e6), (summary.P99, 9.9e6), (summary.Max, 1e7)])
        {
            Assert.InRange(actual, expected * 0.99, expected * 1.01);
        }
    }

    [Fact]
    public void Recent_are_the_last_intervals_and_all_are_all()
    {
        var latencies = new Latencies("x", 3);
        for (int i = 1; i <= 5; i++)
        {
            for (int j = 0; j < i; j++)
            {
                latencies.Record((long)(1000 * s_ticks), 2);
            }

            Assert.Equal(i, latencies.EndInterval().Count);
        }

        latencies.Record(1);
        Assert.Equal((3 + 4 + 5, 15), (latencies.Recent().Count, latencies.Total().Count));
        Assert.InRange(latencies.Total().P50, 495, 505);
        Assert.Equal(default, new Latencies("y", 3).EndInterval());
    }

    [Fact]
    public void What_is_recorded_meanwhile_is_counted_once()
    {
        var latencies = new Latencies("x", 3);
        long counted = 0;
        using var stop = new CancellationTokenSource();
        Thread[] writers = [.. Enumerable.Range(0, 3).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 200_000; i++)
            {
                latencies.Record(i);
            }
        }))];
        Array.ForEach(writers, static writer => writer.Start());
        while (Array.Exists(writers, static writer => writer.IsAlive))
        {
            counted += latencies.EndInterval().Count;
        }

        Assert.Equal(600_000, counted + latencies.EndInterval().Count);
        Assert.Equal(600_000, latencies.Total().Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(long.MaxValue)]
    public void Clocks_that_go_wrong_are_survived(long ticks)
    {
        var latencies = new Latencies("x", 1);
        latencies.Record(ticks);
        Assert.Equal(1, latencies.EndInterval().Count);
    }

    [Fact]
    public void Recording_allocates_nothing()
    {
        var latencies = new Latencies("x", 1);
        latencies.Record(10);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            latencies.Record(i, 3);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
