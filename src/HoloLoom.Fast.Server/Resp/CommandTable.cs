using System.Collections.Frozen;

namespace HoloLoom.Fast.Server.Resp;

/// <summary>The commands that there are.</summary>
internal enum RespCommandId
{
    Unknown,
    Route,
    MRoute,
    Outcome,
    Stats,
    Auth,
    Client,
    Command,
    Config,
    Echo,
    Hello,
    Info,
    Ping,
    Quit,
    Reset,
    Select,
}

/// <summary>A command: what COMMAND tells about it, and who may give it.</summary>
/// <param name="Id">Which one.</param>
/// <param name="Name">In lower case.</param>
/// <param name="Arity">How many arguments it has, its name among them; negative: at least so many.</param>
/// <param name="Access">What one must be allowed to give it.</param>
/// <param name="Group">The group in which redis-cli's help shows it.</param>
/// <param name="Summary">One line.</param>
/// <param name="Flags">Redis' flags.</param>
internal sealed record CommandInfo(RespCommandId Id, string Name, int Arity, Access Access, string Group, string Summary, params string[] Flags)
{
    public bool Accepts(int arguments) => Arity < 0 ? arguments >= -Arity : arguments == Arity;
}

/// <summary>Finds commands by name, in any case.</summary>
internal static class CommandTable
{
    public static IReadOnlyList<CommandInfo> All { get; } =
    [
        new(RespCommandId.Route, "route", -2, Access.Full, "routing",
            "ROUTE query [AVAILABLE name ...] [ROUTER name] [UNIT id]: decides where a query goes", "write", "fast"),
        new(RespCommandId.MRoute, "mroute", -2, Access.Full, "routing", "MROUTE query ...: decides for many queries", "write"),
        new(RespCommandId.Outcome, "outcome", -4, Access.Full, "routing",
            "OUTCOME id relevance latency_ms [COST c] [FEEDBACK f] [ROUTER name] [DURABLE]: tells what became of a decision", "write", "fast"),
        new(RespCommandId.Stats, "stats", -1, Access.Read, "routing", "STATS [ROUTER name]: counts and posteriors as JSON", "readonly"),
        new(RespCommandId.Auth, "auth", -2, Access.None, "connection", "AUTH [user] key: says who you are", "noscript", "fast", "no_auth"),
        new(RespCommandId.Client, "client", -2, Access.Read, "connection", "Names, numbers and lists connections", "noscript"),
        new(RespCommandId.Command, "command", -1, Access.Read, "server", "Describes the commands", "loading"),
        new(RespCommandId.Config, "config", -2, Access.Read, "server", "CONFIG GET pattern ...: what Redis' tools ask for", "noscript"),
        new(RespCommandId.Echo, "echo", 2, Access.Read, "connection", "Returns its argument", "fast"),
        new(RespCommandId.Hello, "hello", -1, Access.None, "connection", "HELLO [2|3 [AUTH user key] [SETNAME name]]: chooses the protocol", "noscript", "fast", "no_auth"),
        new(RespCommandId.Info, "info", -1, Access.Read, "server", "Tells about server and clients", "loading"),
        new(RespCommandId.Ping, "ping", -1, Access.Read, "connection", "Answers PONG, or its argument", "fast"),
        new(RespCommandId.Quit, "quit", -1, Access.None, "connection", "Closes the connection", "noscript", "fast", "no_auth"),
        new(RespCommandId.Reset, "reset", 1, Access.None, "connection", "Makes the connection as it was when it was new", "noscript", "fast", "no_auth"),
        new(RespCommandId.Select, "select", 2, Access.Read, "connection", "SELECT 0: there is one database", "fast"),
    ];

    private static readonly FrozenDictionary<ulong, CommandInfo> s_byName =
        All.ToFrozenDictionary(static info => Key(System.Text.Encoding.ASCII.GetBytes(info.Name)));

    /// <summary>A command by its name in any case, or null.</summary>
    public static CommandInfo? Find(ReadOnlySpan<byte> name) =>
        name.Length <= sizeof(ulong) && s_byName.TryGetValue(Key(name), out CommandInfo? info) && info.Name.Length == name.Length ? info : null;

    /// <summary>Whether a word is this one, in any case.</summary>
    /// <param name="word">The word.</param>
    /// <param name="lower">Letters in lower case.</param>
    public static bool Is(this ReadOnlySpan<byte> word, ReadOnlySpan<byte> lower)
    {
        if (word.Length != lower.Length)
        {
            return false;
        }

        for (int i = 0; i < lower.Length; i++)
        {
            if (Lower(word[i]) != lower[i])
            {
                return false;
            }
        }

        return true;
    }

    // A letter in lower case is one of two bytes, and nothing else is.
    private static byte Lower(byte one) => (uint)one - 'A' <= 'Z' - 'A' ? (byte)(one | 0x20) : one;

    // Of names of the same length; zeros in front of a shorter one would make the key no other.
    private static ulong Key(ReadOnlySpan<byte> name)
    {
        ulong key = 0;
        foreach (byte one in name)
        {
            key = (key << 8) | Lower(one);
        }

        return key;
    }
}
