using HoloLoom.Fast.Sampling;

namespace HoloLoom.Fast.Tests.Sampling;

public sealed class SamplerKernelsTests
{
    [Fact]
    public void Without_a_name_the_widest_is_chosen()
    {
        Assert.Equal(Kernels.All.Max(), SamplerKernels.Choose(null, out string? problem));
        Assert.Null(problem);
        Assert.Equal(Kernels.All.Max(), SamplerKernels.Choose("", out problem));
        Assert.Null(problem);
    }

    [Fact]
    public void A_name_chooses_what_there_is()
    {
        Assert.Equal(SamplerKernel.Scalar, SamplerKernels.Choose("scalar", out string? problem));
        Assert.Null(problem);
        Assert.Equal(SamplerKernel.Vector128, SamplerKernels.Choose("v128", out problem));
        Assert.Null(problem);
    }

    [Theory]
    [InlineData("v1024")]
    [InlineData("Scalar")]
    [InlineData("avx2")]
    public void Another_name_is_a_problem_that_says_what_there_is(string name)
    {
        SamplerKernels.Choose(name, out string? problem);
        Assert.Contains($"HOLOLOOM_KERNEL is '{name}'", problem);
        Assert.Contains("scalar, v128", problem);
    }
}
