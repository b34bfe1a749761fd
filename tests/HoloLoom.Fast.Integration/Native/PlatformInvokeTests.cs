using HoloLoom.Fast.Interop;
using NativeDecision = HoloLoom.Fast.Interop.Decision;
using NativeId = HoloLoom.Fast.Interop.DecisionId;
using NativeOutcome = HoloLoom.Fast.Interop.Outcome;

namespace HoloLoom.Fast.Integration.Native;

/// <summary>What a .NET programmer relies on who calls the native library.</summary>
public sealed class PlatformInvokeTests
{
    private const string Experiment = """
        {"experiment": {"name": "colours", "variants": [{"name": "red", "strategy": "rules"}, {"name": "blue", "strategy": "uniform"}]}}
        """;

    private static NativeRouter Create(string config = "", string? stateDirectory = null)
    {
        Environment.SetEnvironmentVariable("HOLOLOOM_FAST_LIBRARY", Path.Combine(Toolchain.Libraries, "libhololoom_fast.so"));
        return new NativeRouter(System.Text.Encoding.UTF8.GetBytes(config), stateDirectory);
    }

    private static int StatusOf(Action call) => Assert.Throws<NativeRouterException>(call).Status;

    [SkippableFact]
    public void A_unit_keeps_its_variant_in_every_router_and_in_the_managed_engine()
    {
        using NativeRouter first = Create(Experiment);
        using NativeRouter second = Create(Experiment);
        using var managed = new Router(RouterOptions.FromJson(Experiment));
        byte[][] units = [[], [0xff], .. Enumerable.Range(0, 200).Select(static i => System.Text.Encoding.UTF8.GetBytes($"北京 {i}"))];
        var seen = new HashSet<int>();
        foreach (byte[] unit in units)
        {
            int variant = first.RouteUnit("who"u8, unit).Variant;
            NativeDecision other = second.RouteUnit("other"u8, unit, 4);
            Assert.Equal((variant, 2), (other.Variant, other.Backend));
            Assert.Equal(variant, managed.Route("find"u8, BackendSet.All, unit).Variant);
            seen.Add(variant);
        }

        Assert.Equal([0, 1], seen.Order());
        Assert.Equal(-5, StatusOf(() => first.RouteUnit("who"u8, "user"u8, 0)));
        first.Dispose();
        Assert.Equal(-2, StatusOf(() => first.RouteUnit("who"u8, "user"u8)));
    }

    [SkippableFact]
    public void Without_an_experiment_a_unit_changes_nothing()
    {
        using NativeRouter one = Create("""{"seed": 5}""");
        using NativeRouter other = Create("""{"seed": 5}""");
        for (int i = 0; i < 100; i++)
        {
            NativeDecision expected = one.Route("who"u8);
            NativeDecision actual = other.RouteUnit("who"u8, "user"u8);
            Assert.Equal((expected.Backend, expected.Confidence, 0), (actual.Backend, actual.Confidence, actual.Variant));
        }
    }

    [SkippableFact]
    public void Outcomes_of_a_batch_are_learned_once_all_or_none()
    {
        using NativeRouter router = Create();
        NativeId[] ids = [router.Route("who"u8, 1).Id, router.Route("where"u8, 1).Id, router.Route("when"u8, 1).Id];
        double[] good = [1, 1, 1];
        foreach (double[] wrong in (double[][])[[1, 1, -1], [1, double.NaN, 1]])
        {
            Assert.Equal(-1, StatusOf(() => router.RecordBatch(ids, wrong, good)));
            Assert.Equal(-1, StatusOf(() => router.RecordBatch(ids, good, wrong)));
        }

        foreach (double[] wrong in (double[][])[[1, 1], [1, 1, 1, 1], []])
        {
            Assert.Throws<ArgumentException>(() => router.RecordBatch(ids, wrong, good));
            Assert.Throws<ArgumentException>(() => router.RecordBatch(ids, good, wrong));
        }

        Assert.Equal(2, router.RecordBatch(ids.AsSpan(0, 2), [0.9, 0.1], [1, 1]));
        Assert.Equal(1, router.RecordBatch(ids, good, good));
        Assert.Equal(0, router.RecordBatch([], [], []));
        Assert.Equal((3, 2), router.Posterior(0, 0));
    }

    [SkippableFact]
    public void Feedback_takes_the_place_of_relevance()
    {
        using NativeRouter router = Create();
        Assert.Equal(0, router.Record(router.Route("who"u8, 1).Id, new NativeOutcome(0.1, 10, Cost: 0.5, Feedback: 1)));
        Assert.Equal(0, router.Record(router.Route("who"u8, 1).Id, new NativeOutcome(0.1, 10)));
        Assert.Equal((2, 2), router.Posterior(0, 0));
        NativeId id = router.Route("who"u8).Id;
        Assert.Equal(-1, StatusOf(() => router.Record(id, new NativeOutcome(0.1, 10, Cost: -1))));
        Assert.Equal(-1, StatusOf(() => router.Record(id, new NativeOutcome(0.1, 10, Feedback: double.NaN))));
    }

    [SkippableFact]
    public void A_state_directory_belongs_to_one_router_at_a_time()
    {
        using var directory = new TemporaryDirectory();
        string state = directory["state"];
        NativeId id;
        using (NativeRouter first = Create(stateDirectory: state))
        {
            id = first.Route("who"u8).Id;
            Assert.Equal(0, first.Record(id, 0.9, 10));
            first.Flush();
            Assert.Equal(-9, StatusOf(() => Create(stateDirectory: state)));
            Assert.Equal(-1, StatusOf(() => first.Load(state)));
        }

        using NativeRouter second = Create(stateDirectory: state);
        Assert.Equal(1, second.Record(id, 0.9, 10));
        second.Dispose();
        Assert.Equal(-2, StatusOf(second.Flush));
    }
}
