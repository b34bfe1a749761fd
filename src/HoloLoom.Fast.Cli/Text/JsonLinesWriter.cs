using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace HoloLoom.Fast.Cli.Text;

/// <summary>Decisions as JSON objects, one a line.</summary>
internal sealed class JsonLinesWriter : IDecisionWriter
{
    private readonly OutputBuffer _output;
    private readonly Router _router;
    private readonly BackendSet _available;
    private readonly byte[][] _types;
    private readonly byte[][] _backends;
    private readonly byte[][] _strategies;
    private readonly byte[][] _variants;

    public JsonLinesWriter(OutputBuffer output, Router router, BackendSet available)
    {
        _output = output;
        _router = router;
        _available = available;
        _types = [.. router.QueryTypes.Select(Quote)];
        _backends = [.. router.Backends.Select(Quote)];
        _variants = [.. router.Variants.Select(Quote)];
        _strategies = [.. (router.Options.Experiment?.Variants ?? []).Select(static variant => variant.CustomStrategy?.Name ?? variant.Strategy)
            .Append(router.Strategy).Select(Quote)];
    }

    public void Write(ReadOnlySpan<byte> query, in Decision decision, Explanation? explanation)
    {
        _output.Write("{\"query\":\""u8);
        Escaping.WriteJson(_output, query);
        _output.Write("\",\"query_type\":"u8);
        _output.Write(_types[decision.QueryType]);
        _output.Write(",\"backend\":"u8);
        _output.Write(_backends[decision.Backend]);
        _output.Write(",\"confidence\":"u8);
        decision.Confidence.TryFormat(_output.GetSpan(32), out int written, provider: CultureInfo.InvariantCulture);
        _output.Advance(written);
        _output.Write(",\"decision_id\":\""u8);
        decision.Id.TryFormat(_output.GetSpan(DecisionId.TextLength), out written);
        _output.Advance(written);
        _output.Write("\",\"strategy\":"u8);
        _output.Write(_strategies[decision.Variant]);
        if (_variants.Length > 0)
        {
            _output.Write(",\"variant\":"u8);
            _output.Write(_variants[decision.Variant]);
        }

        WriteAlternatives(decision);
        if (explanation is not null)
        {
            _output.Write(",\"explanation\":"u8);
            WriteExplanation(explanation);
        }

        _output.Write("}\n"u8);
    }

    private void WriteAlternatives(in Decision decision)
    {
        Span<int> alternatives = stackalloc int[BackendSet.MaxBackends];
        int count = _router.CopyAlternatives(decision, _available, alternatives);
        _output.Write(",\"alternatives\":["u8);
        for (int i = 0; i < count; i++)
        {
            if (i > 0)
            {
                _output.Write((byte)',');
            }

            _output.Write(_backends[alternatives[i]]);
        }

        _output.Write((byte)']');
    }

    private void WriteExplanation(Explanation explanation)
    {
        using var json = new Utf8JsonWriter(_output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("query_type"u8, explanation.QueryType);
        json.WriteString("backend"u8, explanation.Backend);
        json.WriteString("strategy"u8, explanation.Strategy);
        json.WriteString("reason"u8, explanation.Reason);
        json.WriteStartArray("matches"u8);
        foreach (MatchedPattern match in explanation.Matches)
        {
            json.WriteStartObject();
            json.WriteString("query_type"u8, match.QueryType);
            json.WriteString("pattern"u8, match.Pattern);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("scores"u8);
        foreach (TypeScore score in explanation.Scores)
        {
            json.WriteNumber(score.QueryType, score.Score);
        }

        json.WriteEndObject();
        json.WriteStartArray("backends"u8);
        foreach (BackendExplanation backend in explanation.Backends)
        {
            WriteBackend(json, backend);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteBackend(Utf8JsonWriter json, BackendExplanation backend)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, backend.Name);
        json.WriteBoolean("available"u8, backend.Available);
        if (backend.MaskedReason is not null)
        {
            json.WriteString("masked_reason"u8, backend.MaskedReason);
        }

        if (backend.Sample is double sample)
        {
            json.WriteNumber("sample"u8, sample);
        }

        json.WriteNumber("mean"u8, backend.Mean);
        json.WriteNumber("alpha"u8, backend.Alpha);
        json.WriteNumber("beta"u8, backend.Beta);
        json.WriteEndObject();
    }

    private static byte[] Quote(string name) => [.. "\""u8, .. JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes, .. "\""u8];
}
