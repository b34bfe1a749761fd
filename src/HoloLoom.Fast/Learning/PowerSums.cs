using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Learning;

/// <summary>How many numbers there were, and the sums of their first four powers: all that a <c>BettingMixture</c> needs, and it can be added up.</summary>
internal record struct PowerSums(double Count, double S1, double S2, double S3, double S4)
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(double x)
    {
        double square = x * x;
        Count++;
        S1 += x;
        S2 += square;
        S3 += square * x;
        S4 += square * square;
    }

    public void Add(in PowerSums other) =>
        this = new PowerSums(Count + other.Count, S1 + other.S1, S2 + other.S2, S3 + other.S3, S4 + other.S4);

    /// <summary>The sums for the numbers less a constant.</summary>
    public readonly PowerSums Shifted(double c) => new(
        Count,
        S1 - Count * c,
        S2 + c * (-2 * S1 + c * Count),
        S3 + c * (-3 * S2 + c * (3 * S1 - c * Count)),
        S4 + c * (-4 * S3 + c * (6 * S2 + c * (-4 * S1 + c * Count))));

    /// <summary>The sums for the negated numbers.</summary>
    public readonly PowerSums Negated => new(Count, -S1, S2, -S3, S4);
}
