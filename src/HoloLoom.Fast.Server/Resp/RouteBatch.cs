using System.Diagnostics;
using HoloLoom.Fast.Server.Metrics;

namespace HoloLoom.Fast.Server.Resp;

/// <summary>
/// Queries that are waiting to be routed together, laid end to end as <see cref="Router.RouteBatch(ReadOnlySpan{byte}, ReadOnlySpan{int}, Span{Decision}, BackendSet)"/>
/// takes them. There is one a thread: it is filled and emptied while a connection's input is worked through, and holds nothing between.
/// </summary>
internal sealed class RouteBatch
{
    /// <summary>The most queries that wait.</summary>
    public const int MaxQueries = 512;

    /// <summary>The longest query that waits; a longer one gains nothing by it.</summary>
    public const int MaxQueryLength = 4096;

    private const int TextLength = 64 * 1024;

    [ThreadStatic]
    private static RouteBatch? t_current;

    private readonly byte[] _text = new byte[TextLength];
    private readonly int[] _offsets = new int[MaxQueries + 1];
    private readonly Decision[] _decisions = new Decision[MaxQueries];
    private readonly ConfidenceTexts _resp2 = new(2);
    private readonly ConfidenceTexts _resp3 = new(3);
    private DecisionReplies? _replies;
    private BackendSet _available;

    /// <summary>The calling thread's.</summary>
    public static RouteBatch Current => t_current ??= new RouteBatch();

    /// <summary>Where decisions' times go, if anywhere; set by whoever fills it.</summary>
    public DecisionTimes? Times { get; set; }

    /// <summary>Where queries are written down, if anywhere; set by whoever fills it.</summary>
    public QueryLog? Queries { get; set; }

    /// <summary>How many queries are waiting.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a query of at most <see cref="MaxQueryLength"/> bytes; false if it is full, or what waits is for another router or other backends.</summary>
    public bool TryAdd(DecisionReplies replies, BackendSet available, ReadOnlySpan<byte> query)
    {
        int start = _offsets[Count];
        if (Count == 0)
        {
            (_replies, _available) = (replies, available);
        }
        else if (Count == MaxQueries || query.Length > TextLength - start || !ReferenceEquals(_replies, replies) || _available != available)
        {
            return false;
        }

        query.CopyTo(_text.AsSpan(start));
        _offsets[++Count] = start + query.Length;
        return true;
    }

    /// <summary>Routes what is waiting and writes the decisions.</summary>
    public void Decide(ref RespWriter writer)
    {
        int count = Count;
        if (count == 0)
        {
            return;
        }

        // Whatever happens, the next one begins anew.
        Count = 0;
        DecisionReplies replies = _replies!;
        _replies = null;
        Span<Decision> decisions = _decisions.AsSpan(0, count);
        try
        {
            long began = Stopwatch.GetTimestamp();
            replies.Router.RouteBatch(_text.AsSpan(0, _offsets[count]), _offsets.AsSpan(0, count + 1), decisions, _available);
            Times?.EndBatch(began, count);
            Queries?.Note(replies.Router, _text.AsSpan(0, _offsets[count]), _offsets.AsSpan(0, count + 1), decisions);
        }
        catch (Exception failure)
        {
            WriteFailure(ref writer, failure, count);
            return;
        }

        replies.Write(ref writer, decisions, Confidences(writer.Protocol));
    }

    /// <summary>Routes one query, which may be of any length, and may be of a unit; nothing may be waiting.</summary>
    public void DecideAlone(
        DecisionReplies replies, BackendSet available, ReadOnlySpan<byte> query, bool hasUnit, ReadOnlySpan<byte> unit, ref RespWriter writer)
    {
        try
        {
            long began = DecisionTimes.Begin();
            _decisions[0] = hasUnit ? replies.Router.Route(query, available, unit) : replies.Router.Route(query, available);
            Times?.End(began);
            Queries?.Note(replies.Router, query, _decisions[0]);
        }
        catch (Exception failure)
        {
            WriteFailure(ref writer, failure, 1);
            return;
        }

        replies.Write(ref writer, _decisions.AsSpan(0, 1), Confidences(writer.Protocol));
    }

    // A classifier or strategy of the application's own may throw anything, and a router may have been removed. Every query is answered all the same.
    private static void WriteFailure(ref RespWriter writer, Exception failure, int count)
    {
        for (int i = 0; i < count; i++)
        {
            writer.Error($"ERR the query could not be routed: {failure.Message}");
        }
    }

    private ConfidenceTexts Confidences(int protocol) => protocol == 3 ? _resp3 : _resp2;
}
