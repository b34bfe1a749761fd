namespace HoloLoom.Fast.Server.Status;

/// <summary>All that a server times.</summary>
internal sealed class ServerLatencies
{
    /// <summary>Decisions made one by one, sampled.</summary>
    public Latencies Decision { get; } = new("decision", History.PointsOfAMinute);

    /// <summary>Batches, divided by their queries.</summary>
    public Latencies DecisionInBatch { get; } = new("decision_in_batch", History.PointsOfAMinute);

    /// <summary>Requests over HTTP to what is under <c>/v1</c>.</summary>
    public Latencies Http { get; } = new("http", History.PointsOfAMinute);

    /// <summary>Commands of RESP that came together.</summary>
    public Latencies Resp { get; } = new("resp", History.PointsOfAMinute);

    public IReadOnlyList<Latencies> All => [Decision, DecisionInBatch, Http, Resp];
}
