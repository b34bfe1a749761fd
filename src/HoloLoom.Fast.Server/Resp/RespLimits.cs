namespace HoloLoom.Fast.Server.Resp;

/// <summary>How large a command may be. What is larger is a protocol error, which ends the connection.</summary>
/// <param name="MaxArguments">Arguments of a command, its name among them.</param>
/// <param name="MaxBulkLength">Bytes of one argument.</param>
/// <param name="MaxInlineLength">Bytes of a command that is a line of text.</param>
/// <param name="MaxCommandLength">Bytes of a command with all that frames it.</param>
/// <param name="Authenticated">Whether the client has said who it is; the errors tell it if not.</param>
internal readonly record struct RespLimits(int MaxArguments, int MaxBulkLength, int MaxInlineLength, int MaxCommandLength, bool Authenticated = true)
{
    /// <summary>What a client may send before it has said who it is: enough for HELLO with AUTH and SETNAME.</summary>
    public static RespLimits BeforeAuthentication { get; } = new(10, 16 * 1024, 16 * 1024, 32 * 1024, Authenticated: false);
}
