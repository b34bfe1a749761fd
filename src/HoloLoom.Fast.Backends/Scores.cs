namespace HoloLoom.Fast.Backends;

/// <summary>Scores of search engines have no upper end; results' scores lie in 0..1.</summary>
internal static class Scores
{
    /// <summary>score / (score + half): rises from 0 towards 1, and is 1/2 at <paramref name="half"/>.</summary>
    public static double Saturated(double score, double half) => score > 0 ? double.IsInfinity(score) ? 1 : score / (score + half) : 0;

    /// <exception cref="ArgumentOutOfRangeException">Not finite, or not above 0.</exception>
    public static double CheckedHalf(double half, string name) => half > 0 && double.IsFinite(half)
        ? half
        : throw new ArgumentOutOfRangeException(name, half, "A finite number above 0 is expected.");
}
