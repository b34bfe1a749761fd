using System.Runtime.InteropServices;

namespace HoloLoom.Fast.Benchmarks;

/// <summary>Ties threads to processors, so that two busy threads are on two of them however long the scheduler takes to find out.</summary>
internal static partial class Processors
{
    /// <summary>Ties the calling thread to the n-th processor. Does nothing but on Linux.</summary>
    /// <exception cref="InvalidOperationException">The kernel refuses.</exception>
    public static void Use(int processor)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        ulong mask = 1UL << processor;
        if (sched_setaffinity(0, sizeof(ulong), in mask) != 0)
        {
            throw new InvalidOperationException($"Processor {processor} cannot be used: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int sched_setaffinity(int thread, nuint size, in ulong mask);
}
