namespace HoloLoom.Fast.Tests;

/// <summary>For tests that measure the memory of the whole process: while they run, no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneInTheProcess
{
    public const string Name = "alone in the process";
}
