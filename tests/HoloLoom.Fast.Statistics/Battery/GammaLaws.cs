using HoloLoom.Fast.Statistics.Laws;

namespace HoloLoom.Fast.Statistics.Battery;

/// <summary>Gamma draws, as logarithms, and the constants they are made with.</summary>
internal static class GammaLaws
{
    private static readonly double[] s_shapes = [0.01, 0.1, 0.3, 0.9, 1, 1.5, 2, 3, 5, 20, 100, 1e4, 1e8];

    public static Examination Constants { get; } = new("gamma constants", 3, CheckConstants);

    public static IEnumerable<Examination> All => [Constants, .. s_shapes.Select(Of)];

    public static Examination Of(double shape)
    {
        string name = FormattableString.Invariant($"gamma({shape})");
        return new Examination(name, 8, sampler =>
        {
            // Rejection matters most at shape 1.
            var draws = new double[shape == 1 ? 5_000_000 : 1_000_000];
            sampler.LogGamma(shape, 401, draws);
            var sample = new SortedSample(draws, Law.LogGamma(shape));
            return [.. sample.DistanceChecks(name), .. sample.NeymanChecks(name), .. sample.TailChecks(name, 1e-4)];
        });
    }

    private static IEnumerable<Check> CheckConstants(Sampler sampler)
    {
        bool d = true, c = true, squeeze = true;
        for (int i = 0; i <= 4000; i++)
        {
            double shape = Math.Pow(10, i * 0.002);
            (double D, double C, double Squeeze) of = sampler.ConstantsOf(shape);
            d &= Near(of.D, shape - 1.0 / 3);
            c &= Near(of.C, 1 / Math.Sqrt(9 * of.D));
            squeeze &= of.Squeeze * of.D / Squeeze.SmallestConstant is >= 1 - 1e-14 and <= 1 + 1e-6;
        }

        return [Check.Fact("D", d), Check.Fact("C", c), Check.Fact("squeeze", squeeze)];

        static bool Near(double value, double expected) => Math.Abs(value / expected - 1) < 1e-14;
    }
}
