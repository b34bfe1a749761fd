using System.Numerics;
using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Sampling;

/// <summary>
/// Beta draws, density θ^(α − 1) (1 − θ)^(β − 1) / B(α, β), as θ = X / (X + Y) of two gammas of shapes α and β. What is compared or turned
/// into θ are the odds X / Y, or their logarithm: θ itself rounds to 1 for good arms, and a gamma of a small shape to 0.
/// </summary>
/// <remarks>
/// Limits: the odds are finite and above 0 for shapes of at least 1, up to rare overflows beyond 1e299. Logarithms serve every shape. The
/// normals behind reach to 8.57, so that quantiles below 1e−17 and above 1 − 1e−17 are cut for large shapes.
/// <para>
/// SAFETY: the pointers lead to arrays of constants as <see cref="ArmParameters"/> lays them out, from the first lane's on, each as long as the
/// type has lanes.
/// </para>
/// </remarks>
internal static unsafe class Beta
{
    /// <summary>The logarithms of the two gammas of each lane, for all shapes.</summary>
    /// <param name="streams">Of which the lanes are advanced.</param>
    /// <param name="lane">The first of the lanes.</param>
    /// <param name="arms">The constants of the lanes.</param>
    /// <param name="stride">The distance between arrays of constants.</param>
    /// <param name="wanted">The lanes that are drawn for, a bit each; the others' draws may be any.</param>
    /// <param name="logX">ln X, of shape α.</param>
    /// <param name="logY">ln Y, of shape β.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LogGammas<T>(SampleStreams* streams, int lane, double* arms, nint stride, uint wanted, out T logX, out T logY)
        where T : unmanaged, ILanes<T>
    {
        LogParts<T> parts;
        Draw(streams, lane, arms, stride, wanted, &parts);
        Combine(&parts, arms, stride);
        (logX, logY) = (parts.X, parts.Y);
    }

    /// <summary>The two gammas of each lane.</summary>
    /// <param name="generator">Advanced by four words.</param>
    /// <param name="arms">The constants of the lanes.</param>
    /// <param name="stride">The distance between arrays of constants.</param>
    /// <param name="wanted">The lanes that are drawn for, a bit each; the others' draws may be any.</param>
    /// <param name="repair">The stream for rejected candidates.</param>
    /// <param name="x">X, of shape α or, if that is below 1, α + 1.</param>
    /// <param name="y">Y, likewise of β.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Gammas<T>(ref XoshiroLanes<T> generator, double* arms, nint stride, uint wanted, ref Xoshiro256 repair, out T x, out T y)
        where T : unmanaged, ILanes<T>
    {
        Normal.Pair(generator.Next(), generator.Next(), out T normalX, out T normalY);
        T uniformX = Uniform.Open(generator.Next());
        T uniformY = Uniform.Open(generator.Next());
        T cubeX = Gamma.Cube(
            normalX, uniformX, T.Load(arms + ArmParameters.AlphaC * stride), T.Load(arms + ArmParameters.AlphaSqueeze * stride), out T acceptedX);
        T cubeY = Gamma.Cube(
            normalY, uniformY, T.Load(arms + ArmParameters.BetaC * stride), T.Load(arms + ArmParameters.BetaSqueeze * stride), out T acceptedY);
        if ((~T.SignBits(acceptedX & acceptedY) & wanted) != 0)
        {
            // Copies, because what is passed by reference lives in memory.
            (T x2, T y2) = (cubeX, cubeY);
            Resolve(
                ~T.SignBits(acceptedX) & wanted, ~T.SignBits(acceptedY) & wanted, normalX, uniformX, normalY, uniformY, arms, stride, ref repair, ref x2, ref y2);
            (cubeX, cubeY) = (x2, y2);
        }

        x = T.Load(arms + ArmParameters.AlphaD * stride) * cubeX;
        y = T.Load(arms + ArmParameters.BetaD * stride) * cubeY;
    }

    // Two methods, because one would hold more calls than the compiler makes room for.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Draw<T>(SampleStreams* streams, int lane, double* arms, nint stride, uint wanted, LogParts<T>* parts)
        where T : unmanaged, ILanes<T>
    {
        var generator = new XoshiroLanes<T>(streams, lane);
        Gammas(ref generator, arms, stride, wanted, ref streams->Repair, out T x, out T y);
        (parts->X, parts->Y) = (x, y);
        parts->PowerX = Uniform.Open(generator.Next());
        parts->PowerY = Uniform.Open(generator.Next());
        generator.Store(streams, lane);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Combine<T>(LogParts<T>* parts, double* arms, nint stride)
        where T : unmanaged, ILanes<T>
    {
        parts->X = Elementary.Log(parts->X) + Elementary.Log(parts->PowerX) * T.Load(arms + ArmParameters.AlphaInverse * stride);
        parts->Y = Elementary.Log(parts->Y) + Elementary.Log(parts->PowerY) * T.Load(arms + ArmParameters.BetaInverse * stride);
    }

    // Lane by lane, first X, then Y: an order that no width changes.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Resolve<T>(
        uint lanesX,
        uint lanesY,
        T normalX,
        T uniformX,
        T normalY,
        T uniformY,
        double* arms,
        nint stride,
        ref Xoshiro256 repair,
        ref T cubeX,
        ref T cubeY)
        where T : unmanaged, ILanes<T>
    {
        (T x, T y) = (cubeX, cubeY);
        for (uint lanes = lanesX | lanesY; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            double* of = arms + lane;
            if ((lanesX >> lane & 1) != 0)
            {
                ((double*)&x)[lane] = Gamma.Resolve(
                    ((double*)&normalX)[lane],
                    ((double*)&uniformX)[lane],
                    of[ArmParameters.AlphaD * stride],
                    of[ArmParameters.AlphaC * stride],
                    of[ArmParameters.AlphaSqueeze * stride],
                    ref repair);
            }

            if ((lanesY >> lane & 1) != 0)
            {
                ((double*)&y)[lane] = Gamma.Resolve(
                    ((double*)&normalY)[lane],
                    ((double*)&uniformY)[lane],
                    of[ArmParameters.BetaD * stride],
                    of[ArmParameters.BetaC * stride],
                    of[ArmParameters.BetaSqueeze * stride],
                    ref repair);
            }
        }

        (cubeX, cubeY) = (x, y);
    }

    /// <summary>The gammas and what they are multiplied with, then their logarithms.</summary>
    private struct LogParts<T>
    {
        public T X;
        public T Y;
        public T PowerX;
        public T PowerY;
    }
}
