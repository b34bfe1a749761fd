using HoloLoom.Fast.Experiments;
using HoloLoom.Fast.Tests.Execution;
using HoloLoom.Fast.Tests.Persistence;

namespace HoloLoom.Fast.Tests.Experiments;

public sealed class SupervisorTests
{
    [Fact]
    public void A_winner_gets_its_share_and_loses_it_when_it_breaks_a_guardrail()
    {
        using var directory = new TemporaryDirectory();
        RouterOptions options = Options() with { StateDirectory = directory.Path };
        using (var router = new Router(options))
        {
            Run(router, 3000, static variant => new Outcome(variant == 0 ? 1 : 0.1, 10));
            ExperimentReport report = ExperimentSupervisor.Step(router);
            Assert.Equal("rules", report.Winner);
            Assert.Equal(("promote", "rules"), (report.Steps.Single().Kind, report.Steps.Single().Variant));
            Assert.Equal(0.9, report.Variants[0].Share, 1e-9);
            Assert.Equal(0.2, report.Slice, 1e-9);
            Assert.Single(ExperimentSupervisor.Step(router).Steps);

            long before = report.Variants[0].Exposures;
            Run(router, 1000, static variant => new Outcome(variant == 0 ? 1 : 0.1, 10));
            Assert.InRange(ExperimentReport.Of(router).Variants[0].Exposures - before, 850, 950);
        }

        // The winner is slow now.
        using (var router = new Router(options))
        {
            Assert.Equal(0.9, ExperimentReport.Of(router).Variants[0].Share, 1e-9);
            Run(router, 3000, static variant => new Outcome(variant == 0 ? 1 : 0.1, variant == 0 ? 5000 : 10));
            ExperimentReport report = ExperimentSupervisor.Step(router);
            Assert.Null(report.Winner);
            Assert.Equal(["promote", "roll back"], report.Steps.Select(static step => step.Kind));
            Assert.Contains("took longer than 1000 ms", report.Variants[0].BrokenGuardrail);
            Assert.Equal((0, 1.0), (report.Variants[0].Share, report.Variants[1].Share));
            Assert.Contains("roll back rules", report.ToText());
        }

        using (var router = new Router(options))
        {
            Assert.All(Enumerable.Range(0, 100), _ => Assert.Equal(1, router.Route("who").Variant));
            Assert.All(Enumerable.Range(0, 100), i => Assert.Equal(1, router.Route("who", BackendSet.All, $"{i}").Variant));
        }

        // Whoever changes the weights begins anew.
        ExperimentOptions changed = options.Experiment! with { Variants = [new("rules") { Strategy = "rules", Weight = 2 }, options.Experiment.Variants[1]] };
        using (var router = new Router(options with { Experiment = changed }))
        {
            Assert.Equal(2.0 / 3, ExperimentReport.Of(router).Variants[0].Share, 1e-9);
            Run(router, 3000, static _ => new Outcome(1, 10));
            Assert.False(ExperimentReport.Of(router).MismatchAlarm);
        }
    }

    [Fact]
    public void A_failure_rate_above_the_guardrail_takes_a_variant_out()
    {
        ExperimentOptions experiment = Options().Experiment! with
        {
            PromotedShare = null,
            Guardrails = new GuardrailOptions { FailureRate = 0.3 },
            Variants = [new("a"), new("b"), new("c")],
        };
        using var router = new Router(Options() with { Experiment = experiment });
        for (int i = 0; i < 10; i++)
        {
            Run(router, 600, variant => new Outcome(variant == 1 && i % 2 == 0 ? 0 : 1, 10));
            ExperimentSupervisor.Step(router);
        }

        var report = ExperimentReport.Of(router);
        Assert.Equal(("roll back", "b"), (report.Steps.Single().Kind, report.Steps.Single().Variant));
        Assert.Equal([0.5, 0, 0.5], report.Variants.Select(static row => row.Share));
        Assert.False(report.MismatchAlarm);
        Assert.Equal(("a", "c"), report.Comparisons.Select(static c => string.CompareOrdinal(c.Better, c.Other) < 0 ? (c.Better, c.Other) : (c.Other, c.Better)).Single());
        Assert.Null(report.Winner);
    }

    [Fact]
    public async Task A_service_is_supervised_until_it_ends_that()
    {
        using var router = new Router(Options());
        IDisposable watch = ExperimentSupervisor.Watch(router, TimeSpan.FromMilliseconds(5));
        Run(router, 3000, static variant => new Outcome(variant == 0 ? 1 : 0.1, 10));
        await Setup.Eventually(() => ExperimentReport.Of(router).Steps.Count == 1);
        Assert.Equal(("promote", "rules"), (ExperimentReport.Of(router).Steps[0].Kind, ExperimentReport.Of(router).Steps[0].Variant));
        watch.Dispose();
        watch.Dispose();

        // The winner is slow now, and nobody is looking.
        Run(router, 3000, static variant => new Outcome(variant == 0 ? 1 : 0.1, variant == 0 ? 5000 : 10));
        await Task.Delay(100);
        Assert.Single(ExperimentReport.Of(router).Steps);
        Assert.Equal("roll back", ExperimentSupervisor.Step(router).Steps[^1].Kind);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1e9)]
    public void The_time_between_two_looks_must_be_one(double seconds)
    {
        using var router = new Router(Options());
        Assert.Throws<ArgumentOutOfRangeException>(() => ExperimentSupervisor.Watch(router, TimeSpan.FromSeconds(seconds)));
    }

    [Fact]
    public void Without_an_experiment_there_is_nothing_to_supervise()
    {
        using var router = new Router();
        Assert.Throws<InvalidOperationException>(() => ExperimentSupervisor.Step(router));
        Assert.Throws<InvalidOperationException>(() => ExperimentSupervisor.Watch(router, TimeSpan.FromSeconds(1)));
        Assert.Throws<InvalidOperationException>(() => ExperimentReport.Of(router));
    }

    private static RouterOptions Options() => RouterExperimentTests.Options() with
    {
        Experiment = RouterExperimentTests.Options().Experiment! with
        {
            PromotedShare = 0.9,
            Guardrails = new GuardrailOptions { P95LatencyMs = 1000 },
        },
    };

    private static void Run(Router router, int decisions, Func<int, Outcome> outcome)
    {
        for (int i = 0; i < decisions; i++)
        {
            Decision decision = router.Route("who");
            router.Record(decision.Id, outcome(decision.Variant));
        }
    }
}
