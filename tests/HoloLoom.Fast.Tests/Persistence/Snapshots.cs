using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using HoloLoom.Fast.Persistence;

namespace HoloLoom.Fast.Tests.Persistence;

/// <summary>Snapshots to test with: one that fills every field, a numbered one, random ones, and a text that is equal only for equal ones.</summary>
internal static class Snapshots
{
    public static StateSnapshot Full() => new()
    {
        Boot = ulong.MaxValue,
        Key0 = 0x8000000000000001,
        Key1 = 42,
        SavedAt = new DateTimeOffset(2026, 2, 28, 23, 59, 59, TimeSpan.FromHours(5.5)).AddTicks(1234567),
        HalfLifeSeconds = 86400,
        Generations = [new() { Generation = 7, QueryTypes = ["relationship", "größe\t\"x\"", "不明"], Backends = ["neo4j", "🙂"] }],
        Cells =
        [
            new()
            {
                QueryType = "relationship", Backend = "neo4j", Successes = 0.1 + 0.2, Failures = double.Epsilon, Epoch = -3, Decisions = long.MaxValue,
                Outcomes = 5, RewardSum = 1.0 / 3, LatencySumMs = double.PositiveInfinity, LatencyMaxMs = double.MaxValue,
            },
        ],
        Experiments =
        [
            new()
            {
                Name = "größe", Running = true, SharePosteriors = true, Holdout = 0.1, Alpha = 0.01, Slice = 0.5, FailureRate = 0.2, P95LatencyMs = 7,
                Variants =
                [
                    new()
                    {
                        Name = "a", Strategy = "rules", Configured = true, ConfiguredWeight = 2, Weight = null, Share = 0.3, Exposures = 5, SliceExposures = 4,
                        BeforeChange = 3, Successes = 2, Slow = 1, RelevanceSum = 0.1 + 0.2, LatencySumMs = 9, Rewards = [1, 2, 3, 4, 5],
                        SliceRewards = [5, 4, 3, 2, 1], Latencies = [7, 8], Cells = [new() { QueryType = "t", Backend = "b", Successes = 1 }],
                    },
                ],
                Pairs = [new() { First = "a", Second = "b", Sums = [1, -0.5, 0.25, 1.0 / 3, 0] }],
                Steps = [new() { At = DateTimeOffset.UnixEpoch, Kind = "promote", Variant = "a", Reason = "because" }],
            },
        ],
        DecisionsByStrategy = new() { ["thompson"] = 9, ["rules"] = 0 },
        OutcomesByResult = [1, 2, 3, 4],
        Ledger = new() { Floors = [0, ulong.MaxValue], Blocks = [new() { Key = 3, Bits = [0, 255, 128, 1] }] },
    };

    public static StateSnapshot Numbered(ulong number) => new() { Boot = number, Cells = [new() { QueryType = "t", Backend = "b", Decisions = (long)number }] };

    /// <summary>All fields as text, doubles by their bits.</summary>
    public static string Describe(StateSnapshot s)
    {
        static string Bits(double? x) => x is double d ? BitConverter.DoubleToUInt64Bits(d).ToString("x16", CultureInfo.InvariantCulture) : "-";
        static string List<T>(IEnumerable<T> items) => $"[{string.Join('\u0001', items)}]";
        return string.Join('\n',
        [
            $"{s.Boot} {s.Key0} {s.Key1} {s.SavedAt.Ticks} {s.SavedAt.Offset.Ticks} {Bits(s.HalfLifeSeconds)}",
            .. s.Generations.Select(static g => $"{g.Generation} {List(g.QueryTypes)} {List(g.Backends)}"),
            .. s.Cells.Select(static c => $"{c.QueryType}\u0001{c.Backend}\u0001{Bits(c.Successes)} {Bits(c.Failures)} {c.Epoch} {c.Decisions} "
                + $"{c.Outcomes} {Bits(c.RewardSum)} {Bits(c.LatencySumMs)} {Bits(c.LatencyMaxMs)}"),
            .. s.DecisionsByStrategy.OrderBy(static p => p.Key, StringComparer.Ordinal).Select(static p => $"{p.Key}={p.Value}"),
            List(s.OutcomesByResult),
            .. s.Experiments.Select(static e => System.Text.Json.JsonSerializer.Serialize(e)),
            List(s.Ledger.Floors),
            .. s.Ledger.Blocks.Select(static b => $"{b.Key} {Convert.ToHexString(b.Bits)}"),
        ]);
    }

    private static readonly Gen<ulong> Words = ArbMap.Default.GeneratorFor<ulong>();

    private static readonly Gen<long> Counts = ArbMap.Default.GeneratorFor<long>();

    // Any bit pattern but NaN, whose payload no text keeps.
    private static readonly Gen<double> Doubles = Gen.OneOf(
        Words.Select(BitConverter.UInt64BitsToDouble).Where(static d => !double.IsNaN(d)),
        Gen.Elements(0.0, -0.0, double.Epsilon, double.MaxValue, double.PositiveInfinity, double.NegativeInfinity, 0.1, 1e23));

    // Any text without lone surrogates, which are no text in UTF-8; configuration refuses them in names.
    private static readonly Gen<string> Names = ArbMap.Default.GeneratorFor<string>()
        .Select(static s => new string([.. (s ?? "").Where(static c => !char.IsSurrogate(c))]) + "é🙂");

    public static Arbitrary<StateSnapshot> Any()
    {
        Gen<CellState> cells = Names.Two().SelectMany(names => Doubles.ArrayOf(5).SelectMany(d => Counts.ArrayOf(3).Select(n => new CellState
        {
            QueryType = names.Item1,
            Backend = names.Item2,
            Successes = d[0],
            Failures = d[1],
            RewardSum = d[2],
            LatencySumMs = d[3],
            LatencyMaxMs = d[4],
            Epoch = n[0],
            Decisions = n[1],
            Outcomes = n[2],
        })));
        Gen<ConfigurationNames> generations = ArbMap.Default.GeneratorFor<uint>().SelectMany(number => Names.ArrayOf().SelectMany(types =>
            Names.ArrayOf().Select(backends => new ConfigurationNames { Generation = number, QueryTypes = types, Backends = backends })));
        Gen<LedgerBlock> blocks = Words.SelectMany(static key =>
            ArbMap.Default.GeneratorFor<byte>().ArrayOf().Select(bits => new LedgerBlock { Key = key, Bits = bits }));

        return Words.ArrayOf(3).SelectMany(w => cells.ListOf().SelectMany(c => generations.ListOf().SelectMany(g => blocks.ListOf().SelectMany(b =>
            Words.ArrayOf().SelectMany(floors => Doubles.SelectMany(halfLife => Counts.ArrayOf(4).SelectMany(counts => Names.ArrayOf().Select(strategies =>
                new StateSnapshot
                {
                    Boot = w[0],
                    Key0 = w[1],
                    Key1 = w[2],
                    SavedAt = new DateTimeOffset((long)(w[0] % (ulong)DateTimeOffset.MaxValue.Ticks), TimeSpan.Zero),
                    HalfLifeSeconds = w[2] % 2 == 0 ? null : halfLife,
                    Generations = [.. g],
                    Cells = [.. c],
                    DecisionsByStrategy = strategies.Distinct().ToDictionary(static s => s, s => counts[0]),
                    OutcomesByResult = counts,
                    Ledger = new LedgerState { Floors = floors, Blocks = [.. b] },
                })))))))).ToArbitrary();
    }
}
