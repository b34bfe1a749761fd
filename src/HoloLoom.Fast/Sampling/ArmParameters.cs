using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Sampling;

/// <summary>
/// The sampler's view of one row of posteriors: for each arm the gamma constants of its alpha and its beta, one array after the other
/// (structure of arrays), each <see cref="Stride"/> long.
/// </summary>
/// <remarks>An arm is drawn as the odds X / Y of two gammas; the largest odds is the largest beta draw, without the rounding of x / (x + y) to 1.</remarks>
internal static class ArmParameters
{
    public const int AlphaD = 0;
    public const int AlphaC = 1;
    public const int AlphaSqueeze = 2;
    public const int AlphaInverse = 3;
    public const int BetaD = 4;
    public const int BetaC = 5;
    public const int BetaSqueeze = 6;
    public const int BetaInverse = 7;

    /// <summary>How many arrays a row has.</summary>
    public const int Fields = 8;

    /// <summary>Arrays are padded to whole groups of the lanes that <see cref="BestArm"/> draws them by: to four numbers, or to a multiple of eight.</summary>
    public static int Stride(int arms) => arms <= BestArm.FewArms ? BestArm.FewArms : (arms + 7) & ~7;

    /// <summary>The shapes alpha and beta of an arm, to within rounding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (double Alpha, double Beta) Shapes(ReadOnlySpan<double> row, int stride, int arm) => (
        GammaShape.ShapeOf(row[AlphaD * stride + arm], row[AlphaInverse * stride + arm]),
        GammaShape.ShapeOf(row[BetaD * stride + arm], row[BetaInverse * stride + arm]));

    /// <summary>Writes an arm's constants.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set(Span<double> row, int stride, int arm, in GammaShape alpha, in GammaShape beta)
    {
        row[AlphaD * stride + arm] = alpha.D;
        row[AlphaC * stride + arm] = alpha.C;
        row[AlphaSqueeze * stride + arm] = alpha.Squeeze;
        row[AlphaInverse * stride + arm] = alpha.InverseShape;
        row[BetaD * stride + arm] = beta.D;
        row[BetaC * stride + arm] = beta.C;
        row[BetaSqueeze * stride + arm] = beta.Squeeze;
        row[BetaInverse * stride + arm] = beta.InverseShape;
    }
}
