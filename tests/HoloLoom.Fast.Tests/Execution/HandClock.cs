namespace HoloLoom.Fast.Tests.Execution;

/// <summary>The system's clock, set on by hand, and timers that go off only then: on the test's thread.</summary>
internal sealed class HandClock : TimeProvider
{
    private readonly List<HandTimer> _timers = [];
    private long _ahead;

    public override long GetTimestamp() => base.GetTimestamp() + Volatile.Read(ref _ahead);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HandTimer(() => callback(state));
        lock (_timers)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    /// <summary>Lets time go by; every timer goes off, due or not.</summary>
    public void Advance(TimeSpan time)
    {
        Interlocked.Add(ref _ahead, (long)(time.TotalSeconds * TimestampFrequency));
        HandTimer[] timers;
        lock (_timers)
        {
            timers = [.. _timers];
        }

        Array.ForEach(timers, static timer => timer.Fire());
    }

    private sealed class HandTimer(Action fire) : ITimer
    {
        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
