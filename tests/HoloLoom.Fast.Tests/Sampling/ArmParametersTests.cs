using FsCheck.Xunit;
using HoloLoom.Fast.Sampling;

namespace HoloLoom.Fast.Tests.Sampling;

public sealed class ArmParametersTests
{
    [Theory]
    [InlineData(1, 4)]
    [InlineData(4, 4)]
    [InlineData(5, 8)]
    [InlineData(8, 8)]
    [InlineData(9, 16)]
    [InlineData(64, 64)]
    public void Arrays_are_whole_groups_of_lanes(int arms, int stride) => Assert.Equal(stride, ArmParameters.Stride(arms));

    [Property(MaxTest = 300)]
    public bool Shapes_are_read_back_to_within_rounding(ushort first, ushort second, bool isSmall, int arm)
    {
        double Shape(ushort value) => isSmall ? (value + 1) / 65537.0 : Math.Exp(value / 1000.0);
        (double alpha, double beta) = (Shape(first), Shape(second));
        int stride = ArmParameters.Stride(5), at = (arm & int.MaxValue) % 5;
        Span<double> row = stackalloc double[ArmParameters.Fields * stride];
        ArmParameters.Set(row, stride, at, GammaShape.Of(alpha), GammaShape.Of(beta));
        (double readAlpha, double readBeta) = ArmParameters.Shapes(row, stride, at);
        return Math.Abs(readAlpha / alpha - 1) < 1e-12 && Math.Abs(readBeta / beta - 1) < 1e-12;
    }
}
