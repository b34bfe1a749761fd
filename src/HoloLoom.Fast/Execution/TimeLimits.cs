namespace HoloLoom.Fast.Execution;

/// <summary>Something that waits, for a limited time. It belongs to one list of limits at most.</summary>
internal abstract class LimitedWait
{
    internal LimitedWait? Next { get; set; }

    internal LimitedWait? Previous { get; set; }

    /// <summary>The clock's timestamp at which the time is over.</summary>
    internal long Until { get; set; }

    /// <summary>The time is over. Called once at most, on a timer's thread, which is not to be kept: the list goes on only afterwards.</summary>
    internal abstract void TimeIsOver();
}

/// <summary>The time limits of all that waits for one backend, under one timer.</summary>
/// <remarks>
/// A wait comes and goes far more often than it lasts as long as it may. So the timer is set only when a new limit is earlier than what it is
/// set to, and is left as it is when a wait ends: it then finds nothing to do, about once in the usual limit, and is set to the next. To a
/// wait that ends in time this costs two changes of a linked list, where a timer of its own would be made, entered and taken out again.
/// </remarks>
internal sealed class TimeLimits
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private LimitedWait? _first;
    private long _wakesAt = long.MaxValue;

    public TimeLimits(TimeProvider time)
    {
        _time = time;
        bool isSuppressed = ExecutionContext.IsFlowSuppressed();
        if (!isSuppressed)
        {
            // What is ambient where an orchestrator is built is not to be kept alive by it, nor seen by those whose time is over.
            ExecutionContext.SuppressFlow();
        }

        try
        {
            _timer = time.CreateTimer(static limits => ((TimeLimits)limits!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
        finally
        {
            if (!isSuppressed)
            {
                ExecutionContext.RestoreFlow();
            }
        }
    }

    /// <summary>Begins to watch a wait whose <see cref="LimitedWait.Until"/> is set.</summary>
    public void Add(LimitedWait wait)
    {
        lock (_gate)
        {
            wait.Next = _first;
            if (_first is not null)
            {
                _first.Previous = wait;
            }

            _first = wait;
            if (wait.Until < _wakesAt)
            {
                Set(wait.Until);
            }
        }
    }

    /// <summary>Forgets a wait. Does nothing if its time is over.</summary>
    public void Remove(LimitedWait wait)
    {
        lock (_gate)
        {
            Unlink(wait);
        }
    }

    private void Wake()
    {
        LimitedWait? over = null;
        lock (_gate)
        {
            long now = _time.GetTimestamp();
            long next = long.MaxValue;
            for (LimitedWait? wait = _first, following; wait is not null; wait = following)
            {
                following = wait.Next;
                if (wait.Until <= now)
                {
                    Unlink(wait);
                    wait.Next = over;
                    over = wait;
                }
                else
                {
                    next = Math.Min(next, wait.Until);
                }
            }

            _wakesAt = long.MaxValue;
            if (next != long.MaxValue)
            {
                Set(next);
            }
        }

        while (over is not null)
        {
            LimitedWait wait = over;
            over = wait.Next;
            wait.Next = null;
            wait.TimeIsOver();
        }
    }

    private void Set(long until)
    {
        // Timers know whole milliseconds and would wake a little too early.
        double milliseconds = Math.Ceiling(_time.GetElapsedTime(_time.GetTimestamp(), until).TotalMilliseconds);
        _wakesAt = until;
        _timer.Change(TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 1, s_longest.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
    }

    private void Unlink(LimitedWait wait)
    {
        if (wait.Previous is not null)
        {
            wait.Previous.Next = wait.Next;
        }
        else if (_first == wait)
        {
            _first = wait.Next;
        }
        else
        {
            return;
        }

        if (wait.Next is not null)
        {
            wait.Next.Previous = wait.Previous;
        }

        wait.Next = wait.Previous = null;
    }
}
