namespace HoloLoom.Fast.Cli;

/// <summary>What the program returns to the shell.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The work was done, but some lines of the input were rejected.</summary>
    public const int SomeRejected = 1;

    /// <summary>Usage, configuration, or a file that cannot be read or written.</summary>
    public const int Failure = 2;

    /// <summary>The shells' convention for a program that a signal ended: 128 and the signal's number.</summary>
    public const int Interrupted = 128 + 2;

    /// <inheritdoc cref="Interrupted"/>
    public const int Terminated = 128 + 15;
}
