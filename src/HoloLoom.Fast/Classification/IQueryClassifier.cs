using System.Buffers;
using System.Text;

namespace HoloLoom.Fast.Classification;

/// <summary>Tells which query type a query is of. Implement it to use a classifier of your own; many threads call it at once.</summary>
public interface IQueryClassifier
{
    /// <summary>Classifies a query.</summary>
    /// <param name="query">The query, UTF-16; any length, any content.</param>
    /// <returns>An index into the router's query types, and a confidence in 0..1.</returns>
    ClassifiedQuery Classify(ReadOnlySpan<char> query);

    /// <summary>Classifies a query in UTF-8. Invalid sequences read as U+FFFD. The default transcodes and calls the other overload.</summary>
    /// <param name="utf8Query">The query, UTF-8; any length, any bytes.</param>
    ClassifiedQuery Classify(ReadOnlySpan<byte> utf8Query)
    {
        char[] chars = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(utf8Query.Length));
        try
        {
            int length = Encoding.UTF8.GetChars(utf8Query, chars);
            return Classify(chars.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(chars);
        }
    }
}

/// <summary>A classifier's answer.</summary>
/// <param name="QueryType">Index into the router's query types.</param>
/// <param name="Confidence">0..1.</param>
public readonly record struct ClassifiedQuery(int QueryType, float Confidence);
