using System.Runtime.InteropServices;

namespace HoloLoom.Fast.Load;

/// <summary>Waits for sockets to become readable, but not for longer than some microseconds.</summary>
/// <remarks>
/// .NET's own waits, <c>Thread.Sleep</c> and <c>Socket.Select</c>, round to whole milliseconds, which at 15,000 requests a second is fifteen of
/// them; and a thread pool costs a second wake-up for each answer. <c>ppoll</c> of Linux does neither.
/// </remarks>
internal sealed class Readiness(int capacity)
{
    private const short Readable = 1; // POLLIN
    private const int SetTimerSlack = 29; // PR_SET_TIMERSLACK

    private readonly Entry[] _entries = new Entry[capacity];

    /// <summary>How many sockets are waited for.</summary>
    public int Count { get; private set; }

    /// <summary>From now on the waits of this thread end when they should, and not up to 50 µs later, which saves power by default.</summary>
    public static void BePunctual()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("A steady rate is kept by 'ppoll', which only Linux has.");
        }

        if (Prctl(SetTimerSlack, 1, 0, 0, 0) != 0)
        {
            throw new InvalidOperationException($"The timer's slack cannot be set: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    /// <summary>Adds a socket, as the last.</summary>
    public void Add(int descriptor) => _entries[Count++] = new Entry(descriptor, Readable, 0);

    /// <summary>Removes a socket; the last takes its place.</summary>
    public void RemoveAt(int index) => _entries[index] = _entries[--Count];

    /// <summary>Whether a socket has something to read, or is broken, as of the last wait.</summary>
    public bool IsReady(int index) => _entries[index].Occurred != 0;

    /// <summary>Waits.</summary>
    /// <returns>How many sockets are ready.</returns>
    public int Wait(TimeSpan atMost)
    {
        var time = new Timespec((nint)(atMost.Ticks / TimeSpan.TicksPerSecond), (nint)(atMost.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick));
        int ready = Ppoll(ref MemoryMarshal.GetArrayDataReference(_entries), (nuint)Count, in time, 0);
        const int Interrupted = 4;
        return ready >= 0 ? ready
            : Marshal.GetLastPInvokeError() == Interrupted ? 0
            : throw new InvalidOperationException($"Waiting for the server's answers failed: error {Marshal.GetLastPInvokeError()}.");
    }

    [DllImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Ppoll(ref Entry entries, nuint count, in Timespec time, nint signals);

    [DllImport("libc", EntryPoint = "prctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Prctl(int option, nuint value, nuint unused3, nuint unused4, nuint unused5);

    /// <summary><c>struct pollfd</c>.</summary>
    private readonly record struct Entry(int Descriptor, short Wanted, short Occurred);

    /// <summary><c>struct timespec</c>.</summary>
    private readonly record struct Timespec(nint Seconds, nint Nanoseconds);
}
