using System.Globalization;
using System.Text;

namespace HoloLoom.Fast.Server.Resp;

internal sealed partial class RespConnection
{
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
            Access access = _server.Keys.Check(key);
            if (access == Access.None)
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

        if (_access == Access.None)
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
