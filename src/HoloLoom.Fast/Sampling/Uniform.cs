using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Sampling;

/// <summary>Uniform draws on the odd multiples of 2^−53: density 1 on (0, 1), never 0, never 1, symmetric about a half.</summary>
internal static class Uniform
{
    /// <summary>The 52 high bits as a number in (0, 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Open<T>(T bits)
        where T : unmanaged, ILanes<T> =>
        (T.ShiftRight(bits, 12) | T.AllBits(0x3FF0_0000_0000_0000)) - T.All(1 - 1.1102230246251565e-16);

    /// <summary>The 52 high bits as an odd multiple of 2^−52 in (−1, 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Signed<T>(T bits)
        where T : unmanaged, ILanes<T> =>
        (T.ShiftRight(bits, 12) | T.AllBits(0x4000_0000_0000_0000)) - T.All(3 - 2.220446049250313e-16);
}
