namespace HoloLoom.Fast.Classification;

/// <summary>A pattern that cannot be run.</summary>
/// <param name="queryType">Index of the query type.</param>
/// <param name="pattern">Index of the pattern in the type.</param>
/// <param name="text">The pattern as written.</param>
/// <param name="reason">What is wrong and what to do, to follow the pattern's text in a sentence.</param>
/// <param name="inner">The cause.</param>
internal sealed class PatternException(int queryType, int pattern, string text, string reason, Exception? inner = null)
    : Exception($"The pattern '{text}' {reason}", inner)
{
    public int QueryType => queryType;

    public int Pattern => pattern;

    public string Text => text;

    public string Reason => reason;
}
