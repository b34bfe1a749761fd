using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace HoloLoom.Fast.Internals;

/// <summary>Copies a few whole vectors.</summary>
internal static class VectorCopy
{
    /// <summary>
    /// Copies eight numbers at a time. For some hundred bytes this is all there is to do, while the general copy first looks for the best way,
    /// by code that may have to come from memory.
    /// </summary>
    /// <param name="source">A multiple of eight numbers.</param>
    /// <param name="destination">At least as long.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(ReadOnlySpan<double> source, Span<double> destination)
    {
        ReadOnlySpan<Vector512<double>> from = MemoryMarshal.Cast<double, Vector512<double>>(source);
        Span<Vector512<double>> to = MemoryMarshal.Cast<double, Vector512<double>>(destination);
        for (int i = 0; i < from.Length; i++)
        {
            to[i] = from[i];
        }
    }
}
