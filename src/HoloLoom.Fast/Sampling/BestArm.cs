using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace HoloLoom.Fast.Sampling;

/// <summary>One Thompson step: draws every available arm once and tells which draw is the largest.</summary>
/// <remarks>
/// Up to four arms take the lanes 0 … 3, more take all eight, eight arms at a time; eight without an available one are passed over. So which
/// words of which stream an arm is drawn from depends on the numbers of arms and the availability alone, and every width of vector chooses
/// the same. Equal draws are decided by lot: of huge shapes all draws may be equal.
/// </remarks>
internal static unsafe class BestArm
{
    /// <summary>The most arms.</summary>
    public const int MaxArms = 64;

    /// <summary>Up to so many arms do with half the lanes.</summary>
    public const int FewArms = 4;

    /// <param name="row">The arms' constants, laid out as <see cref="ArmParameters"/>.</param>
    /// <param name="stride">The length of each array in the row.</param>
    /// <param name="arms">How many arms there are, available or not; at most the stride.</param>
    /// <param name="available">The arms to draw, at least one, all below <paramref name="arms"/>.</param>
    /// <param name="streams">Advanced.</param>
    /// <param name="draws">Empty, or receives each available arm's draw in [0, 1] at its index.</param>
    /// <param name="kernel">The width of vectors to use.</param>
    public static int Select(
        ReadOnlySpan<double> row, int stride, int arms, ulong available, ref SampleStreams streams, Span<double> draws, SamplerKernel kernel)
    {
        if (row.Length < ArmParameters.Fields * stride || (uint)arms > (uint)Math.Min(stride, MaxArms) || available == 0 || available >> arms - 1 > 1)
        {
            ThrowRow();
        }

        // SAFETY: the row has all arrays of the stride, which holds whole groups of lanes.
        fixed (double* pinned = row)
        fixed (SampleStreams* state = &streams)
        {
            return kernel switch
            {
                SamplerKernel.Vector512 when Vector512.IsHardwareAccelerated && arms > FewArms => Select<Lanes512>(pinned, stride, arms, available, state, draws),
                SamplerKernel.Vector512 or SamplerKernel.Vector256 when Vector256.IsHardwareAccelerated => Select<Lanes256>(pinned, stride, arms, available, state, draws),
                SamplerKernel.Vector128 => Select<Lanes128>(pinned, stride, arms, available, state, draws),
                _ => Select<ScalarLane>(pinned, stride, arms, available, state, draws),
            };
        }
    }

    [SkipLocalsInit]
    private static int Select<T>(double* row, nint stride, int arms, ulong available, SampleStreams* streams, Span<double> draws)
        where T : unmanaged, ILanes<T>
    {
        int lanes = arms <= FewArms ? FewArms : SampleStreams.LaneCount;
        int end = (arms + lanes - 1) & -lanes;
        double* scores = stackalloc double[MaxArms];
        bool small = HasSmallShape<T>(row, stride, end);
        T largest = T.All(double.NegativeInfinity);
        for (int first = 0; first < end; first += lanes)
        {
            if ((available >> first & ((1UL << lanes) - 1)) == 0)
            {
                continue;
            }

            for (int lane = 0; lane < lanes; lane += T.Count)
            {
                int arm = first + lane;
                uint wanted = (uint)(available >> arm) & ((1u << T.Count) - 1);
                T score = small
                    ? LogOdds<T>(row + arm, stride, wanted, streams, lane)
                    : Odds<T>(row + arm, stride, wanted, streams, lane);
                T.Store(score, scores + arm);

                // Of others the score may be anything, also no number.
                largest = T.Max(largest, T.Select(T.MaskOf(wanted), score, T.All(double.NegativeInfinity)));
            }
        }

        int best = Largest<T>(T.Largest(largest), scores, end, available, ref streams->Repair);
        if (!draws.IsEmpty)
        {
            Report(scores, available, small, draws);
        }

        return best;
    }

    private static T Odds<T>(double* arms, nint stride, uint wanted, SampleStreams* streams, int lane)
        where T : unmanaged, ILanes<T>
    {
        var generator = new XoshiroLanes<T>(streams, lane);
        Beta.Gammas(ref generator, arms, stride, wanted, ref streams->Repair, out T x, out T y);
        generator.Store(streams, lane);
        return x / y;
    }

    private static T LogOdds<T>(double* arms, nint stride, uint wanted, SampleStreams* streams, int lane)
        where T : unmanaged, ILanes<T>
    {
        Beta.LogGammas(streams, lane, arms, stride, wanted, out T logX, out T logY);
        return logX - logY;
    }

    private static bool HasSmallShape<T>(double* row, nint stride, int end)
        where T : unmanaged, ILanes<T>
    {
        T largest = T.All(0);
        for (int arm = 0; arm < end; arm += T.Count)
        {
            double* inverse = row + ArmParameters.AlphaInverse * stride + arm;
            largest = T.Max(largest, T.Max(T.Load(inverse), T.Load(inverse + (ArmParameters.BetaInverse - ArmParameters.AlphaInverse) * stride)));
        }

        return T.SignBits(T.Less(T.All(0), largest)) != 0;
    }

    // The available arm with the largest score, or one of them by lot.
    private static int Largest<T>(double largest, double* scores, int end, ulong available, ref Xoshiro256 lots)
        where T : unmanaged, ILanes<T>
    {
        ulong equal = 0;
        for (int arm = 0; arm < end; arm += T.Count)
        {
            equal |= (ulong)T.SignBits(T.Equal(T.Load(scores + arm), T.All(largest))) << arm;
        }

        equal &= available;
        return (equal & (equal - 1)) == 0 ? BitOperations.TrailingZeroCount(equal) : ByLot(equal, ref lots);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ByLot(ulong arms, ref Xoshiro256 lots)
    {
        for (uint lot = lots.NextBelow((uint)BitOperations.PopCount(arms)); lot > 0; lot--)
        {
            arms &= arms - 1;
        }

        return BitOperations.TrailingZeroCount(arms);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Report(double* scores, ulong available, bool areLogarithms, Span<double> draws)
    {
        for (ulong rest = available; rest != 0; rest &= rest - 1)
        {
            int arm = BitOperations.TrailingZeroCount(rest);
            double inverse = areLogarithms ? Elementary.Exp(new ScalarLane(-scores[arm])).ToDouble() : 1 / scores[arm];
            draws[arm] = 1 / (1 + inverse);
        }
    }

    private static void ThrowRow() => throw new ArgumentException("The row is too short for its arms, or no arm of it is available.");
}
