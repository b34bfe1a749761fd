using HoloLoom.Fast.Profiling;

namespace HoloLoom.Fast.Execution;

/// <summary>Where an orchestrator's times go in a profiler: the channels by index, found once.</summary>
internal sealed class ExecutionProfile
{
    private readonly Profiler _profiler;
    private readonly LatencyChannel?[] _backends;
    private readonly LatencyChannel[] _queryTypes;
    private readonly LatencyChannel[] _patterns;

    public ExecutionProfile(Profiler profiler, Orchestrator orchestrator)
    {
        _profiler = profiler;
        _backends = [.. orchestrator.Router.Backends.Select(name => profiler.Channel(ProfileKind.Backend, name))];
        _queryTypes = [.. orchestrator.Router.QueryTypes.Select(name => profiler.Channel(ProfileKind.QueryType, name))];
        _patterns = [.. orchestrator.PatternNames.Select(name => profiler.Channel(ProfileKind.Pattern, name))];
        profiler.AddCircuits(CircuitsOf(new WeakReference<Orchestrator>(orchestrator)));
    }

    public void Called(int backend, double milliseconds, CallStatus status)
    {
        LatencyChannel channel = _backends[backend]!;
        switch (status)
        {
            case CallStatus.Answered:
                channel.Record(milliseconds);
                break;
            case CallStatus.Failed or CallStatus.TimedOut:
                channel.Record(milliseconds);
                channel.CountError();
                break;
            case CallStatus.Rejected:
                channel.CountRejection();
                break;
        }
    }

    public void Executed(int pattern, int queryType, double milliseconds)
    {
        _patterns[pattern].Record(milliseconds);
        _queryTypes[queryType].Record(milliseconds);
    }

    /// <summary>No backend answered: the time counts all the same, or the times that reached the deadline would be those that are left out.</summary>
    public void Failed(int pattern, int queryType, double milliseconds)
    {
        Executed(pattern, queryType, milliseconds);
        _patterns[pattern].CountError();
        _queryTypes[queryType].CountError();
    }

    /// <summary>
    /// A call was taken back because its hedge had answered. It has not failed, and would have taken longer; without the time until then,
    /// a backend would look the quicker the more often it is too slow.
    /// </summary>
    public void Beaten(int backend, double milliseconds) => _backends[backend]!.Record(milliseconds);

    public void LookedUp(bool hit) => _profiler.RecordCacheLookup(hit);

    // A profiler outlives its orchestrators, such as those that a new configuration has replaced: it must not keep them, nor go on about their
    // circuits.
    private static Func<IEnumerable<string>?> CircuitsOf(WeakReference<Orchestrator> weak) =>
        () => weak.TryGetTarget(out Orchestrator? orchestrator) ? orchestrator.Refusing : null;
}
