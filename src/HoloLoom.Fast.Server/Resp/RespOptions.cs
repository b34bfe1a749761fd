namespace HoloLoom.Fast.Server.Resp;

/// <summary>Who may speak RESP with the server, and how much.</summary>
public sealed record RespOptions
{
    /// <summary>The key that AUTH and HELLO must name before anything else is answered; null: nobody is asked. It is compared in constant time and never logged.</summary>
    public string? ApiKey { get; init; }

    /// <summary>A key for those who may look but not route or report: STATS, INFO and what clients ask about themselves. Null: there is none.</summary>
    public string? ReadOnlyKey { get; init; }

    /// <summary>The most connections at a time; further ones are told so and closed.</summary>
    public int MaxConnections { get; init; } = 20_000;

    /// <summary>The most arguments of a command, and so of queries of an MROUTE.</summary>
    public int MaxArguments { get; init; } = 16_384;

    /// <summary>The longest argument in bytes, and so the longest query.</summary>
    public int MaxBulkLength { get; init; } = 1024 * 1024;

    /// <summary>The longest command that is a line of text, in bytes.</summary>
    public int MaxInlineLength { get; init; } = 64 * 1024;

    /// <summary>The largest command in bytes, which is the memory that a client can make a connection hold.</summary>
    public int MaxCommandLength { get; init; } = 4 * 1024 * 1024;

    /// <summary>When so many bytes of replies are waiting, no further command is executed until the client has taken them.</summary>
    public int MaxPendingOutput { get; init; } = 64 * 1024;

    /// <summary>How long a connection may be silent before it is closed; <see cref="Timeout.InfiniteTimeSpan"/>: for ever.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a command may take to arrive, and replies to be taken, before the connection is closed.</summary>
    public TimeSpan TransferTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many commands a second are executed for one address, queries of an MROUTE counting each; what comes faster waits. Null: as many as can be.</summary>
    public int? MaxCommandsPerSecond { get; init; }

    /// <summary>Says whether there are keys, never which.</summary>
    public override string ToString() =>
        $"{nameof(RespOptions)} {{ key {(ApiKey is null ? "not " : "")}required, {MaxConnections} connections, {MaxCommandLength} bytes a command }}";

    internal RespLimits Limits => new(MaxArguments, MaxBulkLength, MaxInlineLength, MaxCommandLength);

    /// <exception cref="ArgumentException">A limit is not a positive number, or a key is empty or is both keys.</exception>
    internal void Check()
    {
        foreach ((string name, long value) in ((string, long)[])[
            (nameof(MaxConnections), MaxConnections), (nameof(MaxArguments), MaxArguments), (nameof(MaxBulkLength), MaxBulkLength),
            (nameof(MaxInlineLength), MaxInlineLength), (nameof(MaxCommandLength), MaxCommandLength), (nameof(MaxPendingOutput), MaxPendingOutput),
            (nameof(MaxCommandsPerSecond), MaxCommandsPerSecond ?? 1), (nameof(TransferTimeout), TransferTimeout.Ticks), (nameof(IdleTimeout), IdleTimeout == Timeout.InfiniteTimeSpan ? 1 : IdleTimeout.Ticks)])
        {
            if (value <= 0)
            {
                throw new ArgumentException($"{name} must be greater than 0.");
            }
        }

        if (ApiKey is "" || ReadOnlyKey is "" || (ApiKey is not null && ApiKey == ReadOnlyKey))
        {
            throw new ArgumentException("A key must not be empty, and the read-only key must be another than the key.");
        }

        if (ReadOnlyKey is not null && ApiKey is null)
        {
            throw new ArgumentException("A read-only key protects nothing without a key: give both.");
        }
    }
}
