namespace HoloLoom.Fast.Integration.Native;

/// <summary>
/// In each language a program routes all queries, one by one and as a batch, learns, saves, loads, and provokes every error; it must write
/// what the managed engine does, byte for byte, decision ids included.
/// </summary>
public sealed class ConformanceTests
{
    private const string Learned = """{"strategy": "thompson", "seed": 7}""";
    private const string ByRule = """{"strategy": "rules", "seed": 8}""";

    [SkippableTheory]
    [InlineData("bindings/c/conformance.c")]
    [InlineData("bindings/cpp/conformance.cpp")]
    public void C_and_cpp_decide_as_the_managed_engine(string source)
    {
        using var directory = new TemporaryDirectory();
        string program = Toolchain.Compile(directory, source);
        Check(directory, withBuffer: true, environment: null, program);
    }

    private static void Check(TemporaryDirectory directory, bool withBuffer, IReadOnlyDictionary<string, string>? environment, params string[] program)
    {
        foreach (string config in (string[])[Learned, ByRule])
        {
            string state = directory[$"state-{config.Length}"];
            string actual = Toolchain.Run(Toolchain.NativeAot, environment, [.. program, config, Toolchain.Queries, state]);
            Assert.Equal(Transcript.Expected(config, withBuffer), actual);
        }
    }
}
