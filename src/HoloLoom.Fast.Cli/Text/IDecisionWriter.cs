namespace HoloLoom.Fast.Cli.Text;

/// <summary>Writes a decision as one line of output.</summary>
internal interface IDecisionWriter
{
    /// <summary>Writes a line.</summary>
    /// <param name="query">The query, any bytes.</param>
    /// <param name="decision">The decision.</param>
    /// <param name="explanation">How it came about, if that was asked for.</param>
    void Write(ReadOnlySpan<byte> query, in Decision decision, Explanation? explanation);
}
