using System.Text;

namespace HoloLoom.Fast.Server.Resp;

/// <summary>
/// What may follow the query of ROUTE: AVAILABLE name …, ROUTER name, UNIT id, in any order. The word behind each of them is what it
/// asks for, whatever it is; names of backends then go on to the next of these words. So a backend named "unit" can be named too:
/// AVAILABLE a AVAILABLE unit.
/// </summary>
internal ref struct RouteArguments
{
    /// <summary>The router's name; empty for the default one.</summary>
    public ReadOnlySpan<byte> Router { get; private set; }

    /// <summary>The unit's id.</summary>
    public ReadOnlySpan<byte> Unit { get; private set; }

    /// <summary>Whether a unit was given.</summary>
    public bool HasUnit { get; private set; }

    /// <summary>Whether backends were given.</summary>
    public bool HasAvailable { get; private set; }

    /// <summary>Reads all but the backends, whose names only their router knows.</summary>
    public bool TryRead(in RespCommand command, out string? problem)
    {
        problem = null;
        bool inNames = false;
        for (int i = 2; i < command.Count; i++)
        {
            Keyword keyword = KeywordOf(command[i]);
            if (keyword == Keyword.None)
            {
                if (!inNames)
                {
                    problem = Syntax;
                    return false;
                }

                continue;
            }

            if (++i == command.Count || (keyword == Keyword.Router && !Router.IsEmpty) || (keyword == Keyword.Unit && HasUnit))
            {
                problem = Syntax;
                return false;
            }

            inNames = keyword == Keyword.Available;
            HasAvailable |= inNames;
            if (keyword == Keyword.Router)
            {
                Router = command[i];
                if (Router.IsEmpty)
                {
                    problem = "ERR there is no router ''";
                    return false;
                }
            }
            else if (keyword == Keyword.Unit)
            {
                Unit = command[i];
                HasUnit = true;
            }
        }

        return true;
    }

    /// <summary>The backends that were named.</summary>
    public static bool TryResolve(in RespCommand command, DecisionReplies replies, out BackendSet available, out string? problem)
    {
        ulong mask = 0;
        available = default;
        problem = null;
        for (int i = 2; i < command.Count; i++)
        {
            Keyword keyword = KeywordOf(command[i]);
            if (keyword != Keyword.None)
            {
                i++;
            }

            if (keyword is Keyword.None or Keyword.Available)
            {
                int backend = replies.FindBackend(command[i]);
                if (backend < 0)
                {
                    problem = $"ERR '{Encoding.UTF8.GetString(command[i])}' is not a backend of this router; it has {string.Join(", ", replies.Router.Backends)}";
                    return false;
                }

                mask |= 1UL << backend;
            }
        }

        available = new BackendSet(mask);
        return true;
    }

    private const string Syntax = "ERR syntax error: ROUTE query [AVAILABLE name ...] [ROUTER name] [UNIT id]";

    private enum Keyword
    {
        None,
        Available,
        Router,
        Unit,
    }

    private static Keyword KeywordOf(ReadOnlySpan<byte> word) => word.Length switch
    {
        9 when word.Is("available"u8) => Keyword.Available,
        6 when word.Is("router"u8) => Keyword.Router,
        4 when word.Is("unit"u8) => Keyword.Unit,
        _ => Keyword.None,
    };
}
