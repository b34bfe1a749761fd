using System.Text;
using System.Text.Encodings.Web;
using Microsoft.Extensions.Logging;

namespace HoloLoom.Fast.Server;

/// <summary>A line in the log for every query that was routed, where the server's operator has asked for it: queries are their users' words.</summary>
internal sealed partial class QueryLog(ILogger logger)
{
    /// <summary>The logger's category, to be filtered by.</summary>
    public const string Category = "HoloLoom.Fast.Queries";

    // Enough to know a query again; who sends megabytes does not fill the disk with them.
    private const int LongestShown = 200;

    /// <summary>Writes the line of a query.</summary>
    /// <param name="router">The router that decided.</param>
    /// <param name="query">UTF-8; what is none is shown as U+FFFD.</param>
    /// <param name="decision">The decision.</param>
    public void Note(Router router, ReadOnlySpan<byte> query, in Decision decision)
    {
        if (logger.IsEnabled(LogLevel.Information))
        {
            string shown = Shown(query);
            string type = router.QueryTypes[decision.QueryType];
            string backend = router.Backends[decision.Backend];
            LogQuery(shown, type, backend, decision.Id);
        }
    }

    /// <summary>Writes the lines of several.</summary>
    /// <param name="router">The router that decided.</param>
    /// <param name="text">The queries, one after the other.</param>
    /// <param name="offsets">Where each begins, and where the last ends.</param>
    /// <param name="decisions">The decisions.</param>
    public void Note(Router router, ReadOnlySpan<byte> text, ReadOnlySpan<int> offsets, ReadOnlySpan<Decision> decisions)
    {
        for (int i = 0; i < decisions.Length; i++)
        {
            Note(router, text[offsets[i]..offsets[i + 1]], decisions[i]);
        }
    }

    // As within a string of JSON, so that no query can end its line and forge another.
    private static string Shown(ReadOnlySpan<byte> query)
    {
        // A character has at most four bytes; one that is cut off is not shown.
        string text = Encoding.UTF8.GetString(query[..Math.Min(query.Length, 4 * (LongestShown + 1))]);
        bool isCut = text.Length > LongestShown;
        int length = !isCut ? text.Length : char.IsHighSurrogate(text[LongestShown - 1]) ? LongestShown - 1 : LongestShown;
        return JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text[..length]) + (isCut ? "…" : "");
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "\"{Query}\" is {QueryType}, to {Backend}: {DecisionId}")]
    private partial void LogQuery(string query, string queryType, string backend, DecisionId decisionId);
}
