using HoloLoom.Fast.Learning;
using HoloLoom.Fast.Sampling;

namespace HoloLoom.Fast.Tests.Learning;

public sealed class PosteriorTableTests
{
    private const int Backends = 5;

    [Fact]
    public void Fractional_rewards_are_learned_as_they_are()
    {
        PosteriorTable table = Table(null);
        table.Update(1, 2, 0.25, 10);
        table.Update(1, 2, 1, 30);
        Assert.Equal((2.25, 1.75), table.Posterior(1, 2));
        Assert.Equal(2.25 / 4, table.Mean(1, 2), 12);
        Assert.Equal((1.0, 1.0), table.Posterior(0, 2));
        CellEvidence cell = table.Read(1, 2);
        Assert.Equal((2L, 1.25, 40.0, 30.0), (cell.Outcomes, cell.RewardSum, cell.LatencySumMs, cell.LatencyMaxMs));
    }

    [Fact]
    public void The_samplers_constants_follow_every_update()
    {
        PosteriorTable table = Table(null);
        table.Update(0, 3, 1, 1);
        var row = new double[table.ParametersLength];
        table.CopyParameters(0, row);
        Assert.Equal(2 - 1.0 / 3, row[ArmParameters.AlphaD * table.Stride + 3], 12);
        Assert.Equal(1 - 1.0 / 3, row[ArmParameters.BetaD * table.Stride + 3], 12);
        Assert.Equal(1 / Math.Sqrt(9 * (2 - 1.0 / 3)), row[ArmParameters.AlphaC * table.Stride + 3], 12);
        Assert.Equal(1 / (108 * (2 - 1.0 / 3)), row[ArmParameters.AlphaSqueeze * table.Stride + 3], 12);
    }

    [Fact]
    public void Eight_threads_lose_no_update()
    {
        const int Threads = 8, Updates = 1_000_000;
        PosteriorTable table = Table(null);
        Parallel(Threads, thread =>
        {
            for (int i = 0; i < Updates; i++)
            {
                table.Update(0, i % 3, i & 1, 1);
            }
        });

        long outcomes = Enumerable.Range(0, Backends).Sum(backend => table.Read(0, backend).Outcomes);
        double rewards = Enumerable.Range(0, Backends).Sum(backend => table.Read(0, backend).Successes);
        double misses = Enumerable.Range(0, Backends).Sum(backend => table.Read(0, backend).Failures);
        Assert.Equal(Threads * (long)Updates, outcomes);
        Assert.Equal(Threads * Updates / 2.0, rewards);
        Assert.Equal(Threads * Updates / 2.0, misses);
    }

    [Fact]
    public void A_reader_never_sees_a_mixture_of_two_updates()
    {
        // One writer gives success and failure in turn, so alpha − beta of the cell is 0 or 1 at every moment; a torn copy shows something else.
        PosteriorTable table = Table(null);
        using var stop = new CancellationTokenSource();
        long torn = 0, copies = 0;
        Parallel(2, thread =>
        {
            if (thread == 0)
            {
                for (int i = 0; i < 2_000_000; i++)
                {
                    table.Update(0, 0, 1 - (i & 1), 1);
                }

                stop.Cancel();
                return;
            }

            var row = new double[table.ParametersLength];
            while (!stop.IsCancellationRequested)
            {
                table.CopyParameters(0, row);
                double difference = row[ArmParameters.AlphaD * table.Stride] - row[ArmParameters.BetaD * table.Stride];
                copies++;
                if (Math.Abs(difference) > 1e-6 && Math.Abs(difference - 1) > 1e-6)
                {
                    torn++;
                }
            }
        });
        Assert.Equal(0, torn);
        Assert.True(copies > 0);
    }

    [Fact]
    public void After_a_half_life_evidence_counts_half_and_the_prior_whole()
    {
        var clock = new ManualClock();
        PosteriorTable table = Table(new ForwardDecay(TimeSpan.FromHours(1), clock));
        for (int i = 0; i < 100; i++)
        {
            table.Update(0, 0, 1, 1);
        }

        AssertPosterior(101, 1, table);
        clock.Advance(TimeSpan.FromHours(1));
        AssertPosterior(51, 1, table);
        clock.Advance(TimeSpan.FromHours(2));
        AssertPosterior(13.5, 1, table);
        table.Update(0, 0, 0, 1);
        AssertPosterior(13.5, 2, table);
        clock.Advance(TimeSpan.FromDays(1000));
        AssertPosterior(1, 1, table);
        table.Update(0, 0, 1, 1);
        AssertPosterior(2, 1, table);
    }

    [Fact]
    public void The_order_of_outcomes_of_one_moment_does_not_matter()
    {
        var clock = new ManualClock();
        var forward = Table(new ForwardDecay(TimeSpan.FromHours(1), clock));
        var backward = Table(new ForwardDecay(TimeSpan.FromHours(1), clock));
        bool[] rewards = [true, false, false, true, true, true, false];
        foreach (bool reward in rewards)
        {
            forward.Update(0, 0, reward ? 1 : 0, 1);
        }

        foreach (bool reward in rewards.Reverse())
        {
            backward.Update(0, 0, reward ? 1 : 0, 1);
        }

        Assert.Equal(forward.Posterior(0, 0), backward.Posterior(0, 0));
    }

    [Fact]
    public void A_row_that_learns_nothing_is_refreshed_when_it_is_read()
    {
        var clock = new ManualClock();
        PosteriorTable table = Table(new ForwardDecay(TimeSpan.FromHours(1), clock));
        for (int i = 0; i < 98; i++)
        {
            table.Update(0, 0, 1, 1);
        }

        Assert.Equal(99.0 / 100, table.Mean(0, 0), 9);
        clock.Advance(TimeSpan.FromHours(1));
        table.RefreshIfStale(0);
        Assert.Equal(50.0 / 51, table.Mean(0, 0), 9);
    }

    private static void AssertPosterior(double alpha, double beta, PosteriorTable table)
    {
        (double a, double b) = table.Posterior(0, 0);
        Assert.Equal(alpha, a, 6);
        Assert.Equal(beta, b, 6);
    }

    private static PosteriorTable Table(ForwardDecay? decay)
    {
        double[] ones = [.. Enumerable.Repeat(1.0, 2 * Backends)];
        return new PosteriorTable(2, Backends, ones, ones, decay);
    }

    private static void Parallel(int threads, Action<int> body)
    {
        Thread[] running = [.. Enumerable.Range(0, threads).Select(thread => new Thread(() => body(thread)))];
        Array.ForEach(running, static thread => thread.Start());
        Array.ForEach(running, static thread => thread.Join());
    }
}
