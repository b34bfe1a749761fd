using System.Runtime.CompilerServices;
using HoloLoom.Fast.Internals;

namespace HoloLoom.Fast.Execution;

/// <summary>Something that waits, for a limited time. It belongs to one list of limits, which knows whether it has ended.</summary>
internal abstract class LimitedWait
{
    internal bool IsEnded { get; set; }

    internal LimitedWait? Next { get; set; }

    internal LimitedWait? Previous { get; set; }

    /// <summary>The clock's timestamp at which the time is over.</summary>
    internal long Until { get; set; }

    /// <summary>
    /// The time is over, and with it the wait. Called once at most, on a timer's thread, which is not to be kept: the list goes on only
    /// afterwards.
    /// </summary>
    internal abstract void TimeIsOver();
}

/// <summary>The time limits of all that waits for one backend, under one timer.</summary>
/// <remarks>
/// A wait comes and goes far more often than it lasts as long as it may. So the timer is set only when a new limit is earlier than what it is
/// set to, and is left as it is when a wait ends: it then finds nothing to do, about once in the usual limit, and is set to the next. To a
/// wait that ends in time this costs two changes of a linked list, where a timer of its own would be made, entered and taken out again. When the
/// timer goes off, all waits are looked through with the gate held: a few nanoseconds for each.
/// </remarks>
internal sealed class TimeLimits
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private SpinGate _gate;
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

    /// <summary>Begins to watch a wait whose <see cref="LimitedWait.Until"/> is set, unless it has ended already.</summary>
    public void Add(LimitedWait wait)
    {
        _gate.Enter();
        if (wait.IsEnded)
        {
            _gate.Exit();
            return;
        }

        wait.Next = _first;
        if (_first is not null)
        {
            _first.Previous = wait;
        }

        _first = wait;
        bool isEarlier = wait.Until < _wakesAt;
        if (isEarlier)
        {
            Volatile.Write(ref _wakesAt, wait.Until);
        }

        _gate.Exit();
        if (isEarlier)
        {
            SetTimer();
        }
    }

    /// <summary>Ends a wait and forgets it. Of all that may end it one finds it true: the time is not told then.</summary>
    /// <returns>False if it had ended, or its time is over.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryEnd(LimitedWait wait)
    {
        _gate.Enter();
        bool isFirst = !wait.IsEnded;
        if (isFirst)
        {
            wait.IsEnded = true;
            Unlink(wait);
        }

        _gate.Exit();
        return isFirst;
    }

    private void Wake()
    {
        LimitedWait? over = null;
        long now = _time.GetTimestamp();
        long next = long.MaxValue;
        _gate.Enter();
        for (LimitedWait? wait = _first, following; wait is not null; wait = following)
        {
            following = wait.Next;
            if (wait.Until <= now)
            {
                Unlink(wait);
                wait.IsEnded = true;
                wait.Next = over;
                over = wait;
            }
            else
            {
                next = Math.Min(next, wait.Until);
            }
        }

        Volatile.Write(ref _wakesAt, next);
        _gate.Exit();
        SetTimer();
        while (over is not null)
        {
            LimitedWait wait = over;
            over = wait.Next;
            wait.Next = null;
            wait.TimeIsOver();
        }
    }

    // Outside of the gate, as a clock may call back at once. Of threads that meet here the last one to set the timer finds that it is set as it
    // should be, or sets it again.
    private void SetTimer()
    {
        for (long until; (until = Volatile.Read(ref _wakesAt)) != long.MaxValue;)
        {
            // Timers know whole milliseconds and would wake a little too early.
            double milliseconds = Math.Ceiling(_time.GetElapsedTime(_time.GetTimestamp(), until).TotalMilliseconds);
            _timer.Change(TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 1, s_longest.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
            if (Volatile.Read(ref _wakesAt) == until)
            {
                return;
            }
        }
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
