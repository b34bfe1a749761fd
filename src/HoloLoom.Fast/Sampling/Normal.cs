using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Sampling;

/// <summary>
/// Standard normal draws, density exp(−x²/2) / √(2π), in pairs by the method of Box and Muller (Ann. Math. Stat. 29(2), 1958,
/// doi:10.1214/aoms/1177706645): no branch and no table, so that lanes do not wait for each other.
/// </summary>
/// <remarks>
/// The angle is drawn in the eighth turns beside an axis, where short polynomials hold; two further bits tell which axis. The radius is of a
/// uniform draw of at least 2^−53, so nothing beyond 8.57 is drawn, of which the law holds 1e−17.
/// </remarks>
internal static class Normal
{
    /// <summary>Two independent draws.</summary>
    /// <param name="radiusBits">64 random bits.</param>
    /// <param name="angleBits">64 more.</param>
    /// <param name="first">The one.</param>
    /// <param name="second">The other.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pair<T>(T radiusBits, T angleBits, out T first, out T second)
        where T : unmanaged, ILanes<T>
    {
        T radius = T.Sqrt(T.All(-2) * Elementary.Log(Uniform.Open(radiusBits)));
        Elementary.SinCos(Uniform.Signed(angleBits), out T sin, out T cos);

        // Of the bits that the angle leaves: bit 0 gives the cosine its sign (the sine has one), bit 1 exchanges the two.
        cos ^= T.ShiftLeft(angleBits, 63);
        T exchange = T.Less((T.ShiftLeft(angleBits, 62) & T.All(-0.0)) | T.All(1), T.All(0));
        T x = T.Select(exchange, sin, cos);
        T y = T.Select(exchange, cos, sin);
        first = radius * x;
        second = radius * y;
    }

    /// <summary>One draw; the other of the pair is dropped.</summary>
    public static double Next(ref Xoshiro256 generator)
    {
        ulong radiusBits = generator.Next();
        Pair(ScalarLane.AllBits(radiusBits), ScalarLane.AllBits(generator.Next()), out ScalarLane first, out _);
        return first.ToDouble();
    }
}
