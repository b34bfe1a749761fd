using System.Globalization;
using System.Text;

namespace HoloLoom.Fast.Server.Resp;

internal sealed partial class RespConnection
{
    private string _name = "";
    private string _library = "";
    private string _libraryVersion = "";

    /// <summary>One line about it, as CLIENT LIST and CLIENT INFO have it.</summary>
    public string Describe()
    {
        long idle = (Environment.TickCount64 - Volatile.Read(ref _lastActivity)) / 1000;
        string user = _access == RespAccess.None ? "" : _access == RespAccess.Read ? "reader" : "default";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"id={Id} addr={Remote} name={_name} idle={idle} user={user} resp={_protocol} lib-name={_library} lib-ver={_libraryVersion}\n");
    }

    private Step Authenticate(in RespCommand command, ref RespWriter writer)
    {
        if (command.Count > 3)
        {
            return Refuse(ref writer, "ERR syntax error");
        }

        if (!_server.Keys.AreRequired && command.Count == 2)
        {
            return Refuse(
                ref writer,
                "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?");
        }

        Step step = CheckKey(command[command.Count - 1], ref writer);
        if (step == Step.AwaitInput && _wrongKeys == 0)
        {
            writer.Simple("OK"u8);
        }

        return step;
    }

    // Writes the refusal of a wrong key. The user's name is not looked at: the key says it all.
    private Step CheckKey(ReadOnlySpan<byte> key, ref RespWriter writer)
    {
        if (_server.Keys.AreRequired)
        {
            RespAccess access = _server.Keys.Check(key);
            if (access == RespAccess.None)
            {
                writer.Error("WRONGPASS invalid username-password pair or user is disabled.");
                return ++_wrongKeys < MaxWrongKeys ? Step.AwaitInput : Step.Close;
            }

            SetAccess(access);
        }

        _wrongKeys = 0;
        return Step.AwaitInput;
    }

    private Step Hello(in RespCommand command, ref RespWriter writer)
    {
        int protocol = writer.Protocol;
        if (command.Count > 1)
        {
            if (!int.TryParse(command[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out protocol))
            {
                return Refuse(ref writer, "ERR Protocol version is not an integer or out of range");
            }

            if (protocol is not (2 or 3))
            {
                return Refuse(ref writer, "NOPROTO unsupported protocol version");
            }
        }

        ReadOnlySpan<byte> key = default;
        bool hasKey = false;
        string? name = null;
        for (int i = 2; i < command.Count; i++)
        {
            if (command[i].Is("auth"u8) && i + 2 < command.Count)
            {
                key = command[i + 2];
                hasKey = true;
                i += 2;
            }
            else if (command[i].Is("setname"u8) && i + 1 < command.Count)
            {
                name = Encoding.UTF8.GetString(command[++i]);
                if (!IsName(command[i]))
                {
                    return Refuse(ref writer, InvalidName);
                }
            }
            else
            {
                return Refuse(ref writer, $"ERR Syntax error in HELLO option '{Text(command[i])}'");
            }
        }

        if (hasKey)
        {
            int before = _wrongKeys;
            Step step = CheckKey(key, ref writer);
            if (step == Step.Close || _wrongKeys > before)
            {
                return step;
            }
        }

        if (_access == RespAccess.None)
        {
            return Refuse(
                ref writer,
                "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time");
        }

        _name = name ?? _name;
        _protocol = writer.Protocol = protocol;
        ServerReplies.WriteGreeting(Id, ref writer);
        return Step.AwaitInput;
    }

    private void Client(in RespCommand command, ref RespWriter writer)
    {
        ReadOnlySpan<byte> subcommand = command[1];
        int arguments = command.Count - 2;
        if (subcommand.Is("setname"u8) && arguments == 1)
        {
            SetName(command[2], ref writer);
        }
        else if (subcommand.Is("setinfo"u8) && arguments == 2)
        {
            SetInfo(command[2], command[3], ref writer);
        }
        else if (subcommand.Is("getname"u8) && arguments == 0)
        {
            if (_name.Length == 0)
            {
                writer.Null();
            }
            else
            {
                writer.Bulk(_name);
            }
        }
        else if (subcommand.Is("id"u8) && arguments == 0)
        {
            writer.Integer(Id);
        }
        else if (subcommand.Is("info"u8) && arguments == 0)
        {
            writer.Bulk(Describe());
        }
        else if (subcommand.Is("list"u8) && arguments == 0)
        {
            writer.Bulk(string.Concat(_server.List().Select(static connection => connection.Describe())));
        }
        else if ((subcommand.Is("no-evict"u8) || subcommand.Is("no-touch"u8)) && arguments == 1)
        {
            // Nothing is ever evicted or touched.
            writer.Simple("OK"u8);
        }
        else
        {
            writer.Error(
                $"ERR unknown subcommand or wrong number of arguments for '{Text(subcommand)}'. Try CLIENT SETNAME, GETNAME, ID, INFO, LIST, SETINFO, NO-EVICT or NO-TOUCH.");
        }
    }

    private const string InvalidName = "ERR Client names cannot contain spaces, newlines or special characters.";

    private static bool IsName(ReadOnlySpan<byte> name) => name.Length <= 256 && !name.ContainsAnyExceptInRange((byte)'!', (byte)'~');

    private void SetName(ReadOnlySpan<byte> name, ref RespWriter writer)
    {
        if (IsName(name))
        {
            _name = Encoding.ASCII.GetString(name);
            writer.Simple("OK"u8);
        }
        else
        {
            writer.Error(InvalidName);
        }
    }

    private void SetInfo(ReadOnlySpan<byte> attribute, ReadOnlySpan<byte> value, ref RespWriter writer)
    {
        if (!IsName(value))
        {
            writer.Error($"ERR {Text(attribute)} cannot contain spaces, newlines or special characters.");
        }
        else if (attribute.Is("lib-name"u8))
        {
            _library = Encoding.ASCII.GetString(value);
            writer.Simple("OK"u8);
        }
        else if (attribute.Is("lib-ver"u8))
        {
            _libraryVersion = Encoding.ASCII.GetString(value);
            writer.Simple("OK"u8);
        }
        else
        {
            writer.Error($"ERR Unrecognized option '{Text(attribute)}'");
        }
    }

    private static void Ping(in RespCommand command, ref RespWriter writer)
    {
        if (command.Count > 2)
        {
            writer.Error("ERR wrong number of arguments for 'ping' command");
        }
        else if (command.Count == 2)
        {
            writer.Bulk(command[1]);
        }
        else
        {
            writer.Simple("PONG"u8);
        }
    }

    private static void Select(in RespCommand command, ref RespWriter writer)
    {
        if (!int.TryParse(command[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int database))
        {
            writer.Error("ERR value is not an integer or out of range");
        }
        else if (database != 0)
        {
            writer.Error("ERR DB index is out of range");
        }
        else
        {
            writer.Simple("OK"u8);
        }
    }

    private void Reset(ref RespWriter writer)
    {
        (_name, _library, _libraryVersion) = ("", "", "");
        _protocol = writer.Protocol = 2;
        SetAccess(_server.Keys.Initial);
        writer.Simple("RESET"u8);
    }
}
