using System.Runtime.CompilerServices;
using System.Text;

namespace HoloLoom.Fast.Server.Resp;

/// <summary>
/// A router's decisions as replies: arrays of decision id, backend, query type and confidence. All but the id and the confidence is
/// encoded once for each pair of backend and query type, so that a reply is three copies and 32 digits.
/// </summary>
internal sealed class DecisionReplies
{
    private const int HeadLength = 9;

    private static readonly ConditionalWeakTable<Router, DecisionReplies> s_ofRouter = [];

    private readonly byte[][] _backends;
    private readonly byte[][] _queryTypes;
    private readonly byte[]?[] _names;
    private readonly int _maxLength;

    private DecisionReplies(Router router)
    {
        Router = router;
        _backends = [.. router.Backends.Select(Encoding.UTF8.GetBytes)];
        _queryTypes = [.. router.QueryTypes.Select(Encoding.UTF8.GetBytes)];
        _names = new byte[_backends.Length * _queryTypes.Length][];
        _maxLength = HeadLength + DecisionId.TextLength + _backends.Max(static name => name.Length) + _queryTypes.Max(static name => name.Length) + 32
            + ConfidenceTexts.MaxLength;
    }

    private static ReadOnlySpan<byte> Head => "*4\r\n$32\r\n"u8;

    /// <summary>The router that decides.</summary>
    public Router Router { get; }

    /// <summary>A router's replies; the same for all its connections.</summary>
    public static DecisionReplies Of(Router router) => s_ofRouter.GetValue(router, static router => new DecisionReplies(router));

    /// <summary>The index of a backend, or -1.</summary>
    public int FindBackend(ReadOnlySpan<byte> utf8Name)
    {
        for (int i = 0; i < _backends.Length; i++)
        {
            if (utf8Name.SequenceEqual(_backends[i]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Writes decisions, one reply each.</summary>
    public void Write(ref RespWriter writer, ReadOnlySpan<Decision> decisions, ConfidenceTexts confidences)
    {
        foreach (ref readonly Decision decision in decisions)
        {
            Span<byte> reply = writer.Reserve(_maxLength);
            Head.CopyTo(reply);
            decision.Id.TryFormat(reply[HeadLength..], out _);
            int length = HeadLength + DecisionId.TextLength;
            ReadOnlySpan<byte> names = NamesOf(decision.Backend, decision.QueryType);
            names.CopyTo(reply[length..]);
            length += names.Length;
            ReadOnlySpan<byte> confidence = confidences.Of(decision.Confidence);
            confidence.CopyTo(reply[length..]);
            writer.Advance(length + confidence.Length);
        }
    }

    // From the end of the id to the beginning of the confidence.
    private ReadOnlySpan<byte> NamesOf(int backend, int queryType) => _names[(backend * _queryTypes.Length) + queryType] ?? Encode(backend, queryType);

    private byte[] Encode(int backend, int queryType)
    {
        byte[] names =
        [
            .. "\r\n"u8, .. Bulk(_backends[backend]), .. Bulk(_queryTypes[queryType]),
        ];
        return _names[(backend * _queryTypes.Length) + queryType] = names;

        static byte[] Bulk(byte[] name) => [.. Encoding.ASCII.GetBytes($"${name.Length}\r\n"), .. name, .. "\r\n"u8];
    }
}
