using HoloLoom.Fast.Sampling;

namespace HoloLoom.Fast.Statistics;

/// <summary>Thompson sampling must choose each arm as often as it is the best. Exact probabilities by quadrature, computed independently.</summary>
public sealed class SelectionTests
{
    public static TheoryData<double[], double[], double[]> Problems => new()
    {
        { [601, 401, 2], [401, 601, 3], [0.820111, 0, 0.179889] },
        { [1989, 40, 64, 71, 52, 59], [21290, 474, 730, 818, 659, 718], [0.296261, 0.176030, 0.203381, 0.169030, 0.061376, 0.093923] },
        { [1, 1, 1, 1], [1, 1, 1, 1], [0.25, 0.25, 0.25, 0.25] },
        { [0.5, 0.5], [0.5, 0.5], [0.5, 0.5] },

        // P(Beta(a, 1) > Beta(b, 1)) = a / (a + b), also below 1, where logarithms are compared.
        { [3, 1], [1, 1], [0.75, 0.25] },
        { [0.2, 0.6], [1, 1], [0.25, 0.75] },
        { [0.01, 0.04], [1, 1], [0.2, 0.8] },
    };

    [Theory]
    [MemberData(nameof(Problems))]
    public void Arms_are_chosen_as_often_as_they_are_best(double[] alpha, double[] beta, double[] probability)
    {
        const int Count = 1_000_000;
        int stride = ArmParameters.Stride(alpha.Length);
        var row = new double[ArmParameters.Fields * stride];
        for (int arm = 0; arm < alpha.Length; arm++)
        {
            ArmParameters.Set(row, stride, arm, GammaShape.Of(alpha[arm]), GammaShape.Of(beta[arm]));
        }

        var generator = Xoshiro256.FromSeed(201);
        var chosen = new int[alpha.Length];
        for (int i = 0; i < Count; i++)
        {
            chosen[BestArm.Select(row, stride, (1UL << alpha.Length) - 1, ref generator, default)]++;
        }

        for (int arm = 0; arm < alpha.Length; arm++)
        {
            double p = probability[arm];
            double deviation = Math.Sqrt(Count * Math.Max(p * (1 - p), 1e-6));

            // The quoted probabilities are rounded to six digits.
            Assert.InRange((chosen[arm] - Count * p) / deviation, -FalseAlarms.NormalDeviate - 1e-6 * Count / deviation, FalseAlarms.NormalDeviate + 1e-6 * Count / deviation);
        }
    }

    [Fact]
    public void A_masked_arm_is_never_chosen_however_good()
    {
        var row = new double[ArmParameters.Fields * 8];
        ArmParameters.Set(row, 8, 0, GammaShape.Of(1e6), GammaShape.Of(1));
        ArmParameters.Set(row, 8, 1, GammaShape.Of(1), GammaShape.Of(9));
        ArmParameters.Set(row, 8, 2, GammaShape.Of(9), GammaShape.Of(1));
        var generator = Xoshiro256.FromSeed(202);
        for (int i = 0; i < 10_000; i++)
        {
            Assert.NotEqual(0, BestArm.Select(row, 8, 0b110, ref generator, default));
        }
    }
}
