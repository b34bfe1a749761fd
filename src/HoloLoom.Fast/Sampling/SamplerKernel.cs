using System.Runtime.Intrinsics;

namespace HoloLoom.Fast.Sampling;

/// <summary>The width of the vectors that the samplers use.</summary>
internal enum SamplerKernel
{
    /// <summary>None: plain arithmetic.</summary>
    Scalar,

    /// <summary>128 bits: SSE2, NEON.</summary>
    Vector128,

    /// <summary>256 bits: AVX2.</summary>
    Vector256,

    /// <summary>512 bits: AVX-512.</summary>
    Vector512,
}

/// <summary>Chooses the kernel, once.</summary>
internal static class SamplerKernels
{
    /// <summary>Names a kernel to be used instead of the widest: scalar, v128, v256 or v512.</summary>
    public const string Variable = "HOLOLOOM_KERNEL";

    private static readonly (string Name, SamplerKernel Kernel, bool IsSupported)[] s_all =
    [
        ("scalar", SamplerKernel.Scalar, true),
        ("v128", SamplerKernel.Vector128, Vector128.IsHardwareAccelerated),
        ("v256", SamplerKernel.Vector256, Vector256.IsHardwareAccelerated),
        ("v512", SamplerKernel.Vector512, Vector512.IsHardwareAccelerated),
    ];

    /// <summary>The kernel in use.</summary>
    public static SamplerKernel Chosen { get; } = Choose(Environment.GetEnvironmentVariable(Variable), out s_problem);

    private static readonly string? s_problem;

    /// <summary>The kernels that this machine and this build have, narrowest first.</summary>
    public static IEnumerable<SamplerKernel> Supported => s_all.Where(static one => one.IsSupported).Select(static one => one.Kernel);

    /// <summary>What is wrong with the variable, or null.</summary>
    public static string? Problem => s_problem;

    /// <summary>The kernel of a name; of null, the widest.</summary>
    public static SamplerKernel Choose(string? name, out string? problem)
    {
        problem = null;
        (string Name, SamplerKernel Kernel, bool IsSupported) widest = s_all.Last(static one => one.IsSupported);
        if (string.IsNullOrEmpty(name))
        {
            return widest.Kernel;
        }

        string supported = string.Join(", ", s_all.Where(static one => one.IsSupported).Select(static one => one.Name));
        foreach ((string candidate, SamplerKernel kernel, bool isSupported) in s_all)
        {
            if (candidate == name && isSupported)
            {
                return kernel;
            }
        }

        problem = $"The environment variable {Variable} is '{name}'; this processor and build have {supported}. Correct it, or leave it out for {widest.Name}.";
        return widest.Kernel;
    }
}
