using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Internals;

/// <summary>A mutual exclusion lock for sections of some tens of nanoseconds: one locked instruction to enter, a plain store to leave.</summary>
/// <remarks>Not reentrant, not fair. Waiters back off to the scheduler, so a preempted owner is waited for without burning the core.</remarks>
internal struct SpinGate
{
    private int _taken;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        if (Interlocked.CompareExchange(ref _taken, 1, 0) != 0)
        {
            Wait(ref _taken);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit() => Volatile.Write(ref _taken, 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Wait(ref int taken)
    {
        var spin = new SpinWait();
        do
        {
            while (Volatile.Read(ref taken) != 0)
            {
                spin.SpinOnce();
            }
        }
        while (Interlocked.CompareExchange(ref taken, 1, 0) != 0);
    }
}
