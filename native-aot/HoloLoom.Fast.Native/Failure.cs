using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace HoloLoom.Fast.Native;

/// <summary>Turns what went wrong into a status, and keeps the message for the thread that asks <c>hlf_last_error</c>.</summary>
internal static class Failure
{
    [ThreadStatic]
    private static string? t_message;

    /// <summary>The message of the last failed call of this thread; empty if none has failed.</summary>
    public static string Message => t_message ?? "";

    public static int Because(int status, string message)
    {
        t_message = message;
        return status;
    }

    public static int NotARouter() =>
        Because(Status.Handle, "This is not a router, or it was destroyed. Use what hlf_router_create gave, until hlf_router_destroy.");

    public static int IsNull(string name) => Because(Status.Argument, $"{name} is NULL.");

    public static int TooLong(string name, nuint length) =>
        Because(Status.Range, $"{name} is {length}; at most {Memory.LongestSpan} is possible in one call.");

    public static int NoBackend(ulong available) =>
        Because(
            Status.NoBackend,
            $"The set of available backends, 0x{available:x}, holds none of the router's. Bit i stands for the backend of index i.");

    /// <summary>No exception crosses: this is where each of them ends.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary of the library.")]
    public static int Of(Exception exception) => exception switch
    {
        RouterConfigurationException => Because(Status.Config, exception.Message),
        DecoderFallbackException => Because(Status.Utf8, exception.Message),
        ObjectDisposedException => NotARouter(),
        IOException or UnauthorizedAccessException => Because(Status.State, exception.Message),
        ArgumentOutOfRangeException { ParamName: "alpha" or "beta" } => Because(Status.Argument, FirstLine(exception.Message)),
        ArgumentOutOfRangeException => Because(Status.Range, FirstLine(exception.Message)),
        ArgumentException { ParamName: "offsets" } => Because(Status.Offsets, FirstLine(exception.Message)),
        ArgumentException => Because(Status.Argument, FirstLine(exception.Message)),
        _ => Because(Status.Internal, $"Internal error: {exception.GetType().Name}: {exception.Message}"),
    };

    // Argument exceptions append the parameter's managed name, which means nothing to a caller from outside.
    private static string FirstLine(string message) => message.Split(" (Parameter", 2)[0];
}
