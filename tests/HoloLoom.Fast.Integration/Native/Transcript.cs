using System.Globalization;
using System.Text;

namespace HoloLoom.Fast.Integration.Native;

/// <summary>What the managed engine decides, learns and refuses, in the form that the conformance program of each language writes.</summary>
internal static class Transcript
{
    private static readonly Outcome s_good = new(1, 1);

    /// <summary>The expected text.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="withBuffer">Whether the language can call with a buffer of its own choice: some bindings never show one.</param>
    public static string Expected(string config, bool withBuffer)
    {
        using var directory = new TemporaryDirectory();
        string[] queries = File.ReadAllText(Toolchain.Queries).TrimEnd('\n').Split('\n');
        RouterOptions options = RouterOptions.FromJson(config);
        var text = new StringBuilder();
        using var router = new Router(options);
        Decision[] single = [.. queries.Select(router.Route)];
        Write(text, "single", router, single);
        for (int i = 0; i < single.Length; i++)
        {
            text.Append("record ").Append((int)router.Record(single[i].Id, new Outcome(i * 7 % 11 / 10.0, i % 3 == 0 ? 2500 : 40))).Append('\n');
        }

        var batch = new Decision[queries.Length];
        router.RouteBatch(queries, batch, BackendSet.All.Without(0));
        Write(text, "batch", router, batch);
        text.Append("again ").Append((int)router.Record(single[0].Id, s_good)).Append('\n');
        byte[] forged = new byte[DecisionId.SizeInBytes];
        batch[0].Id.WriteBytes(forged);
        forged[3] ^= 4;
        text.Append("forged ").Append((int)router.Record(DecisionId.FromBytes(forged), s_good)).Append('\n');
        Decision[] units = [.. queries.Select((query, i) => router.Route(query, BackendSet.All, $"användare {i % 40}"))];
        Write(text, "unit", router, units);
        text.Append(CultureInfo.InvariantCulture, $"several {Report(router, [.. units, single[0]])}\n");
        WritePosteriors(text, router);

        router.Save(directory.Path);
        using Router loaded = Router.Load(directory.Path, options);
        text.Append("earlier ").Append((int)loaded.Record(single[0].Id, s_good)).Append('\n');
        text.Append("later ").Append((int)loaded.Record(batch[0].Id, s_good)).Append('\n');
        loaded.RouteBatch(queries, batch, BackendSet.All);
        Write(text, "loaded", router, batch);
        Decision hybrid = loaded.Route("who", new BackendSet(16));
        loaded.Save(directory.Path);
        using Router smaller = Router.Load(directory.Path, new RouterOptions { Backends = ["neo4j", "qdrant", "mem0", "inmemory"] });
        text.Append("expired ").Append((int)smaller.Record(hybrid.Id, s_good)).Append('\n');

        string refusal = Assert.Throws<RouterConfigurationException>(() => RouterOptions.FromJson("""{"strategy": "best"}""")).Message;
        text.Append(CultureInfo.InvariantCulture, $"error config -3 {refusal}\nerror utf8 -4\nerror no_backend -5\nerror argument -1\n");
        text.Append("error offsets -6\nerror range -7\nerror state -9\n").Append(withBuffer ? "error buffer -8\n" : "").Append("error handle -2\n");
        return text.ToString();
    }

    private static int Report(Router router, Decision[] decisions) =>
        decisions.Where((decision, i) =>
            router.Record(decision.Id, new Outcome(i * 3 % 11 / 10.0, i % 4 == 0 ? 2500 : 40)) == RecordResult.Accepted).Count();

    private static void Write(StringBuilder text, string label, Router router, Decision[] decisions)
    {
        foreach (Decision decision in decisions)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"{label} {decision.Id} {router.Backends[decision.Backend]} {router.QueryTypes[decision.QueryType]} ")
                .Append(CultureInfo.InvariantCulture, $"{BitConverter.SingleToUInt32Bits(decision.Confidence):x8} ")
                .Append(CultureInfo.InvariantCulture, $"{decision.Variant} {(int)decision.Flags}\n");
        }
    }

    private static void WritePosteriors(StringBuilder text, Router router)
    {
        for (int type = 0; type < router.QueryTypes.Count; type++)
        {
            for (int backend = 0; backend < router.Backends.Count; backend++)
            {
                (double alpha, double beta) = router.Posterior(type, backend);
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"posterior {router.QueryTypes[type]} {router.Backends[backend]} ")
                    .Append(CultureInfo.InvariantCulture, $"{BitConverter.DoubleToUInt64Bits(alpha):x16} ")
                    .Append(CultureInfo.InvariantCulture, $"{BitConverter.DoubleToUInt64Bits(beta):x16}\n");
            }
        }
    }
}
