namespace HoloLoom.Fast.Persistence;

/// <summary>Why bytes are not a state that can be used.</summary>
internal enum StateFault
{
    /// <summary>They do not begin as a state file does.</summary>
    NotAState,

    /// <summary>They end too early.</summary>
    Truncated,

    /// <summary>The checksum, or the length, contradicts them.</summary>
    Damaged,

    /// <summary>They are whole, but only a newer version can read them.</summary>
    Newer,

    /// <summary>They are whole, but do not hold a state.</summary>
    Unreadable,
}

/// <summary>A state file that cannot be used. An <see cref="IOException"/>, so that callers outside the assembly can tell it from a programming error.</summary>
internal sealed class StateCorruptException : IOException
{
    public StateCorruptException(StateFault fault, string message, Exception? innerException = null)
        : base(message, innerException) => Fault = fault;

    public StateFault Fault { get; }
}
