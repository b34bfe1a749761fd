using HdrHistogram;

namespace HoloLoom.Fast.Load;

/// <summary>What was played, and what came of it.</summary>
internal interface IRun
{
    /// <summary>Latencies in microseconds, and of what.</summary>
    IReadOnlyList<(string Name, HistogramBase Latencies)> Rows { get; }

    /// <summary>Answers to outcomes, and how many of each.</summary>
    IReadOnlyDictionary<string, long> Answers { get; }

    /// <summary>What went wrong, and how often.</summary>
    IReadOnlyDictionary<string, long> Errors { get; }

    /// <summary>Requests that were never answered.</summary>
    long Unanswered { get; }

    /// <summary>How long it took.</summary>
    TimeSpan Elapsed { get; }
}
