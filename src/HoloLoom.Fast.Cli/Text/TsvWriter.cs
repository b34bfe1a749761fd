using System.Text;

namespace HoloLoom.Fast.Cli.Text;

/// <summary>Decisions as tab-separated columns: query type, backend, confidence, decision id, query.</summary>
internal sealed class TsvWriter : IDecisionWriter
{
    private readonly OutputBuffer _output;
    private readonly byte[][] _names;
    private readonly int _backends;

    public TsvWriter(OutputBuffer output, Router router)
    {
        _output = output;
        _backends = router.Backends.Count;
        _names = [.. from type in router.QueryTypes from backend in router.Backends select Encoding.UTF8.GetBytes($"{Column(type)}\t{Column(backend)}\t")];
    }

    public void Write(ReadOnlySpan<byte> query, in Decision decision, Explanation? explanation)
    {
        ReadOnlySpan<byte> names = _names[(decision.QueryType * _backends) + decision.Backend];
        ReadOnlySpan<byte> confidence = Confidence.Format(decision.Confidence);

        // The first four columns at once: their length is known, and one check of the room is cheaper than six.
        int length = names.Length + confidence.Length + DecisionId.TextLength + 2;
        Span<byte> line = _output.GetSpan(length);
        names.CopyTo(line);
        line = line[names.Length..];
        confidence.CopyTo(line);
        line[confidence.Length] = (byte)'\t';
        line = line[(confidence.Length + 1)..];
        decision.Id.TryFormat(line, out _);
        line[DecisionId.TextLength] = (byte)'\t';
        _output.Advance(length);

        Escaping.WriteTsv(_output, query);
        _output.Write((byte)'\n');
    }

    private static string Column(string name) =>
        name.Replace("\\", "\\\\").Replace("\t", "\\t").Replace("\r", "\\r").Replace("\n", "\\n");
}
