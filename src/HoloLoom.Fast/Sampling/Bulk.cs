using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace HoloLoom.Fast.Sampling;

/// <summary>
/// Many draws of one law at once, the same on every width of vector. Draws come in blocks, one or two for each of the eight lanes; of the
/// last block of a call what is too much is dropped.
/// </summary>
internal static unsafe class Bulk
{
    private const int LargestBlock = 2 * SampleStreams.LaneCount;

    /// <summary>One block of draws.</summary>
    private interface IBlock
    {
        /// <summary>Draws in a block: 8 or 16.</summary>
        static abstract int Draws { get; }

        /// <summary>Draws for the lanes of a vector: the one for lane i goes to place i, a second to place 8 + i.</summary>
        static abstract void Draw<T>(double* row, SampleStreams* streams, int lane, double* to)
            where T : unmanaged, ILanes<T>;
    }

    /// <summary>Standard normal draws.</summary>
    public static void Normal(Span<double> draws, ref SampleStreams streams, SamplerKernel kernel) => Fill<NormalBlock>(1, 1, draws, ref streams, kernel);

    /// <summary>Gamma draws of scale 1.</summary>
    public static void Gamma(double shape, Span<double> draws, ref SampleStreams streams, SamplerKernel kernel)
    {
        if (shape < 1)
        {
            Fill<SmallGammaBlock>(shape, shape, draws, ref streams, kernel);
        }
        else
        {
            Fill<GammaBlock>(shape, shape, draws, ref streams, kernel);
        }
    }

    /// <summary>Beta draws.</summary>
    public static void Beta(double alpha, double beta, Span<double> draws, ref SampleStreams streams, SamplerKernel kernel)
    {
        if (Math.Min(alpha, beta) < 1)
        {
            Fill<SmallBetaBlock>(alpha, beta, draws, ref streams, kernel);
        }
        else
        {
            Fill<BetaBlock>(alpha, beta, draws, ref streams, kernel);
        }
    }

    /// <summary>The logarithms of the odds of beta draws.</summary>
    public static void BetaLogOdds(double alpha, double beta, Span<double> draws, ref SampleStreams streams, SamplerKernel kernel) =>
        Fill<LogOddsBlock>(alpha, beta, draws, ref streams, kernel);

    private static void Fill<TBlock>(double alpha, double beta, Span<double> draws, ref SampleStreams streams, SamplerKernel kernel)
        where TBlock : IBlock
    {
        double* row = stackalloc double[ArmParameters.Fields * SampleStreams.LaneCount];
        for (int lane = 0; lane < SampleStreams.LaneCount; lane++)
        {
            ArmParameters.Set(
                new Span<double>(row, ArmParameters.Fields * SampleStreams.LaneCount), SampleStreams.LaneCount, lane, GammaShape.Of(alpha), GammaShape.Of(beta));
        }

        // SAFETY: a block is written to the draws only where a whole one fits, else to a buffer of its size.
        fixed (double* to = draws)
        fixed (SampleStreams* state = &streams)
        {
            switch (kernel)
            {
                case SamplerKernel.Vector512 when Vector512.IsHardwareAccelerated:
                    Fill<TBlock, Lanes512>(row, state, to, draws.Length);
                    break;
                case SamplerKernel.Vector256 when Vector256.IsHardwareAccelerated:
                    Fill<TBlock, Lanes256>(row, state, to, draws.Length);
                    break;
                case SamplerKernel.Vector128:
                    Fill<TBlock, Lanes128>(row, state, to, draws.Length);
                    break;
                default:
                    Fill<TBlock, ScalarLane>(row, state, to, draws.Length);
                    break;
            }
        }
    }

    // Optimised at once: interpreted operator by operator, as new code is at first, the first draws would take far longer than all that follow.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fill<TBlock, T>(double* row, SampleStreams* streams, double* to, int count)
        where TBlock : IBlock
        where T : unmanaged, ILanes<T>
    {
        for (; count >= TBlock.Draws; count -= TBlock.Draws, to += TBlock.Draws)
        {
            for (int lane = 0; lane < SampleStreams.LaneCount; lane += T.Count)
            {
                TBlock.Draw<T>(row + lane, streams, lane, to + lane);
            }
        }

        if (count > 0)
        {
            FillLast<TBlock, T>(row, streams, to, count);
        }
    }

    // A method of its own: the loop above and this together would be more than the compiler puts in one place.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void FillLast<TBlock, T>(double* row, SampleStreams* streams, double* to, int count)
        where TBlock : IBlock
        where T : unmanaged, ILanes<T>
    {
        double* last = stackalloc double[LargestBlock];
        for (int lane = 0; lane < SampleStreams.LaneCount; lane += T.Count)
        {
            TBlock.Draw<T>(row + lane, streams, lane, last + lane);
        }

        new ReadOnlySpan<double>(last, count).CopyTo(new Span<double>(to, count));
    }

    private readonly struct NormalBlock : IBlock
    {
        public static int Draws => 2 * SampleStreams.LaneCount;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Draw<T>(double* row, SampleStreams* streams, int lane, double* to)
            where T : unmanaged, ILanes<T>
        {
            var generator = new XoshiroLanes<T>(streams, lane);
            Sampling.Normal.Pair(generator.Next(), generator.Next(), out T first, out T second);
            generator.Store(streams, lane);
            T.Store(first, to);
            T.Store(second, to + SampleStreams.LaneCount);
        }
    }

    private readonly struct GammaBlock : IBlock
    {
        public static int Draws => 2 * SampleStreams.LaneCount;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Draw<T>(double* row, SampleStreams* streams, int lane, double* to)
            where T : unmanaged, ILanes<T>
        {
            var generator = new XoshiroLanes<T>(streams, lane);
            Sampling.Beta.Gammas(ref generator, row, SampleStreams.LaneCount, AllOf<T>(), ref streams->Repair, out T x, out T y);
            generator.Store(streams, lane);
            T.Store(x, to);
            T.Store(y, to + SampleStreams.LaneCount);
        }
    }

    private readonly struct SmallGammaBlock : IBlock
    {
        public static int Draws => 2 * SampleStreams.LaneCount;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Draw<T>(double* row, SampleStreams* streams, int lane, double* to)
            where T : unmanaged, ILanes<T>
        {
            Sampling.Beta.LogGammas(streams, lane, row, SampleStreams.LaneCount, AllOf<T>(), out T logX, out T logY);
            T.Store(Elementary.Exp(logX), to);
            T.Store(Elementary.Exp(logY), to + SampleStreams.LaneCount);
        }
    }

    private readonly struct BetaBlock : IBlock
    {
        public static int Draws => SampleStreams.LaneCount;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Draw<T>(double* row, SampleStreams* streams, int lane, double* to)
            where T : unmanaged, ILanes<T>
        {
            var generator = new XoshiroLanes<T>(streams, lane);
            Sampling.Beta.Gammas(ref generator, row, SampleStreams.LaneCount, AllOf<T>(), ref streams->Repair, out T x, out T y);
            generator.Store(streams, lane);
            T.Store(x / (x + y), to);
        }
    }

    private readonly struct SmallBetaBlock : IBlock
    {
        public static int Draws => SampleStreams.LaneCount;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Draw<T>(double* row, SampleStreams* streams, int lane, double* to)
            where T : unmanaged, ILanes<T>
        {
            T logOdds = LogOdds<T>(row, streams, lane);
            T.Store(T.All(1) / (T.All(1) + Elementary.Exp(T.All(0) - logOdds)), to);
        }
    }

    private readonly struct LogOddsBlock : IBlock
    {
        public static int Draws => SampleStreams.LaneCount;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Draw<T>(double* row, SampleStreams* streams, int lane, double* to)
            where T : unmanaged, ILanes<T> => T.Store(LogOdds<T>(row, streams, lane), to);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T LogOdds<T>(double* row, SampleStreams* streams, int lane)
        where T : unmanaged, ILanes<T>
    {
        Sampling.Beta.LogGammas(streams, lane, row, SampleStreams.LaneCount, AllOf<T>(), out T logX, out T logY);
        return logX - logY;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint AllOf<T>()
        where T : unmanaged, ILanes<T> => uint.MaxValue >> (32 - T.Count);
}
