using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace HoloLoom.Fast.Server.Http;

/// <summary>A router's decisions as JSON, of pieces that are made once: the fields of <c>hololoom route</c>'s lines.</summary>
internal sealed class DecisionJson
{
    private static readonly ConditionalWeakTable<Router, DecisionJson> s_ofRouter = [];

    private readonly Router _router;
    private readonly byte[][] _choices;
    private readonly byte[][] _arms;
    private readonly byte[][] _names;
    private readonly int _backends;

    private DecisionJson(Router router)
    {
        _router = router;
        _backends = router.Backends.Count;
        _names = [.. router.Backends.Select(Quoted)];
        _choices = [.. router.QueryTypes.SelectMany(type => _names.Select(name =>
            (byte[])[.. "\",\"query_type\":"u8, .. Quoted(type), .. ",\"backend\":"u8, .. name, .. ",\"confidence\":"u8]))];
        IEnumerable<string> strategies = (router.Options.Experiment?.Variants ?? []).Select(static variant => variant.CustomStrategy?.Name ?? variant.Strategy)
            .Append(router.Strategy);
        _arms = [.. strategies.Select((strategy, variant) => (byte[])[
            .. "\",\"strategy\":"u8, .. Quoted(strategy),
            .. router.Variants.Count > 0 ? [.. ",\"variant\":"u8, .. Quoted(router.Variants[variant])] : (byte[])[],
            .. ",\"alternatives\":["u8])];
    }

    /// <summary>The pieces of a router; made when it is first asked for.</summary>
    public static DecisionJson Of(Router router) => s_ofRouter.GetValue(router, static router => new DecisionJson(router));

    /// <summary>Writes a decision.</summary>
    /// <param name="text">Receives it.</param>
    /// <param name="escapedQuery">The query as it stood between the quotes of a JSON string.</param>
    /// <param name="decision">The decision.</param>
    /// <param name="alternatives">From <see cref="Alternatives"/>.</param>
    public void Write(JsonText text, ReadOnlySpan<byte> escapedQuery, in Decision decision, ReadOnlySpan<byte> alternatives)
    {
        text.Write("{\"query\":\""u8);
        text.Write(escapedQuery);
        text.Write(_choices[decision.QueryType * _backends + decision.Backend]);
        decision.Confidence.TryFormat(text.GetSpan(32), out int written, provider: CultureInfo.InvariantCulture);
        text.Advance(written);
        text.Write(",\"decision_id\":\""u8);
        decision.Id.TryFormat(text.GetSpan(DecisionId.TextLength), out written);
        text.Advance(written);
        text.Write(_arms[decision.Variant]);
        text.Write(alternatives);
    }

    /// <summary>Writes the other available backends, best first, and the end of the decision.</summary>
    public void WriteAlternatives(JsonText text, in Decision decision, BackendSet available)
    {
        Span<int> others = stackalloc int[BackendSet.MaxBackends];
        int count = _router.CopyAlternatives(decision, available, others);
        for (int i = 0; i < count; i++)
        {
            text.Write(_names[others[i]]);
            text.Write((byte)',');
        }

        text.Retreat(count > 0 ? 1 : 0);
        text.Write("]}"u8);
    }

    /// <summary>What <see cref="WriteAlternatives"/> writes, of a batch's first decision of each kind: for a batch the order is taken once.</summary>
    public byte[] Alternatives(JsonText scratch, in Decision decision, BackendSet available)
    {
        int before = scratch.Length;
        WriteAlternatives(scratch, decision, available);
        byte[] made = scratch.Written[before..].ToArray();
        scratch.Retreat(made.Length);
        return made;
    }

    /// <summary>How many kinds of decisions there are that may differ in their alternatives.</summary>
    public int Kinds => _choices.Length * _arms.Length;

    /// <summary>Of which kind a decision is.</summary>
    public int KindOf(in Decision decision) => (decision.Variant * _choices.Length) + (decision.QueryType * _backends) + decision.Backend;

    private static byte[] Quoted(string name) =>
        [.. "\""u8, .. JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes, .. "\""u8];
}
