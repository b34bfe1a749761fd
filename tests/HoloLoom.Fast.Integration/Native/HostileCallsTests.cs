namespace HoloLoom.Fast.Integration.Native;

/// <summary>Callers that do everything wrong, and callers that do a lot.</summary>
public sealed class HostileCallsTests
{
    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Fuzzed_arguments_give_a_status_and_never_a_bad_access(int seed)
    {
        using var directory = new TemporaryDirectory();
        string program = Toolchain.Compile(directory, "bindings/c/tests/hostile.c", "-fsanitize=address,undefined", "-fno-sanitize-recover=all");
        var environment = new Dictionary<string, string> { ["ASAN_OPTIONS"] = "detect_leaks=0:handle_segv=0" };
        string output = Toolchain.Run(directory.Path, environment, program, $"{seed}", directory["state"]);
        Assert.Contains("every status was seen", output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Threads_and_routers_come_and_go_and_memory_stays_flat()
    {
        using var directory = new TemporaryDirectory();
        string program = Toolchain.Compile(directory, "bindings/c/tests/soak.c");
        Assert.Contains("memory is flat", Toolchain.Run(directory.Path, program), StringComparison.Ordinal);
    }
}
