using System.Globalization;

namespace HoloLoom.Fast.Tests.Server.Resp;

/// <summary>How much is fuzzed: a little in every run; HOLOLOOM_FUZZ_INPUTS asks for more, HOLOLOOM_FUZZ_SEED for others.</summary>
internal static class Fuzzing
{
    /// <summary>Parts that run side by side.</summary>
    public const int Shares = 4;

    public static int Seed => Number("HOLOLOOM_FUZZ_SEED") ?? 7;

    /// <summary>How many inputs to try.</summary>
    /// <param name="usually">If nobody asks for more.</param>
    public static int Inputs(int usually) => Number("HOLOLOOM_FUZZ_INPUTS") ?? usually;

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
