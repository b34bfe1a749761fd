using HoloLoom.Fast.Execution;
using HoloLoom.Fast.Hosting;
using HoloLoom.Fast.Hosting.Metering;
using HoloLoom.Fast.Server.Status;
using HoloLoom.Fast.Tests.Execution;
using HoloLoom.Fast.Tests.Persistence;
using static HoloLoom.Fast.Tests.Execution.ScriptedBackend;

namespace HoloLoom.Fast.Tests;

/// <summary>The clock on the wall is set, to and fro. What is measured in time goes on as if it were not.</summary>
public sealed class ClockJumpTests
{
    private static readonly TimeSpan s_halfLife = TimeSpan.FromMinutes(10);
    private static readonly Outcome s_good = new(1, 10);

    public static TheoryData<string> Jumps => JumpingClock.Jumps;

    [Theory]
    [MemberData(nameof(Jumps))]
    public async Task A_circuit_is_open_for_as_long_as_it_should_be(string jump)
    {
        var clock = new JumpingClock();
        ScriptedBackend a = Throwing("a"), b = Scoring("b", 1);
        var orchestrator = new Orchestrator(Setup.Router(["a", "b"], clock: clock), [a, b], new OrchestratorOptions
        {
            Resilience = new() { Retries = 0, MinimumThroughput = 2, BreakDuration = TimeSpan.FromSeconds(5) },
            TimeProvider = clock,
        });
        await orchestrator.RunAsync(ExecutionPatterns.FeedForward);
        clock.Jump(jump);
        await orchestrator.RunAsync(ExecutionPatterns.FeedForward);
        Assert.Equal("b", orchestrator.Names(orchestrator.Available));
        clock.Jump(jump);
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal("b", orchestrator.Names(orchestrator.Available));
        a.Script = Scoring("a", 1).Script;
        clock.Jump(jump);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("a,b", orchestrator.Names(orchestrator.Available));
        Assert.Equal("a-1", (await orchestrator.RunAsync(ExecutionPatterns.FeedForward)).Ids());
        Assert.Equal(BackendSet.None, orchestrator.OpenCircuits);
    }

    [Theory]
    [MemberData(nameof(Jumps))]
    public void Evidence_ages_evenly(string jump)
    {
        var clock = new JumpingClock();
        using Router router = Learned(clock);
        clock.Jump(jump);
        clock.Advance(s_halfLife);
        Assert.Equal(4, Evidence(router), 1e-3);
        Assert.Equal(RecordResult.Accepted, router.Record(router.Route("q").Id, s_good));
        clock.Jump(jump);
        Assert.Equal(5, Evidence(router), 1e-3);
        clock.Advance(s_halfLife);
        Assert.Equal(2.5, Evidence(router), 1e-3);
    }

    [Theory]
    [InlineData("back an hour", 8)]
    [InlineData("back to 1970", 8)]
    [InlineData("not at all", 8)]
    [InlineData("on an hour", 8.0 / 64)]
    [InlineData("on ten years", 0)]
    public void A_start_revives_no_evidence_and_what_time_went_by_counts(string jump, double left)
    {
        using var directory = new TemporaryDirectory();
        var clock = new JumpingClock();
        using (Learned(clock, directory.Path))
        {
        }

        clock.Jump(jump);
        using (Router again = Build(clock, directory.Path))
        {
            Assert.Equal(left, Evidence(again), 1e-3);

            // And it is forgotten from there on, at the pace that it should be.
            clock.Advance(s_halfLife);
            Assert.Equal(left / 2, Evidence(again), 1e-3);
            Assert.Equal(RecordResult.Accepted, again.Record(again.Route("q").Id, s_good));
        }

        // Again and again under the earlier clock: nothing adds up.
        for (int start = 0; start < 3; start++)
        {
            clock.Jump(jump.StartsWith("back", StringComparison.Ordinal) ? jump : "not at all");
            using Router third = Build(clock, directory.Path);
            Assert.Equal((left / 2) + 1, Evidence(third), 1e-3);
        }
    }

    [Theory]
    [MemberData(nameof(Jumps))]
    public void A_successor_goes_on_at_its_predecessors_time(string jump)
    {
        var clock = new JumpingClock();
        using Router router = Learned(clock);
        clock.Jump(jump);
        double before = Evidence(router);
        using Router successor = router.Succeed(router.Options);
        Assert.Equal(before, Evidence(successor), 1e-3);
        clock.Jump(jump);
        clock.Advance(s_halfLife);
        Assert.Equal(before / 2, Evidence(successor), 1e-3);
    }

    [Fact]
    public void A_state_that_was_saved_by_a_clock_ahead_is_read_as_of_then()
    {
        using var directory = new TemporaryDirectory();
        var clock = new JumpingClock();
        clock.Jump("on ten years");
        using (Learned(clock, directory.Path))
        {
        }

        CellStatistics cell = Router.ReadStatistics(directory.Path).QueryTypes[0].Backends[0];
        Assert.Equal(9, cell.Alpha, 1e-3);
    }

    [Theory]
    [MemberData(nameof(Jumps))]
    public void A_server_knows_how_long_it_has_been_there(string jump)
    {
        var clock = new JumpingClock();
        using var registry = new RouterRegistry(new RouterOptions { TimeProvider = clock, Strategy = "rules" });
        using var meter = new RoutingMeter(registry);
        using var history = new History(meter.Reader, new ServerLatencies(), clock);
        Assert.Null(registry.Default.SinceReplaced);
        registry.Default.Replace(new RouterOptions { Strategy = "uniform" });
        clock.Advance(TimeSpan.FromSeconds(40));
        clock.Jump(jump);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.FromSeconds(42), history.Uptime);
        Assert.Equal(TimeSpan.FromSeconds(42), registry.Default.SinceReplaced);
    }

    // Eight successes, of one moment.
    private static Router Learned(TimeProvider clock, string? directory = null)
    {
        Router router = Build(clock, directory);
        for (int i = 0; i < 8; i++)
        {
            Assert.Equal(RecordResult.Accepted, router.Record(router.Route("q").Id, s_good));
        }

        Assert.Equal(8, Evidence(router), 1e-3);
        return router;
    }

    private static Router Build(TimeProvider clock, string? directory) => new(new RouterOptions
    {
        Backends = ["a"],
        QueryTypes = [new QueryTypeOptions("any", "a", [])],
        Fallback = ["a"],
        Strategy = "thompson",
        Seed = 3,
        HalfLife = s_halfLife,
        StateDirectory = directory,
        TimeProvider = clock,
    });

    private static double Evidence(Router router)
    {
        (double alpha, double beta) = router.Posterior(0, 0);
        Assert.True(double.IsFinite(alpha) && double.IsFinite(beta));
        Assert.Equal(router.GetStatistics().QueryTypes[0].Backends[0].Alpha, alpha, 1e-6);
        return alpha + beta - 2;
    }
}
