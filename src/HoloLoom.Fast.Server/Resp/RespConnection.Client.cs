using System.Globalization;
using System.Text;

namespace HoloLoom.Fast.Server.Resp;

internal sealed partial class RespConnection
{
    private const string InvalidName = "ERR Client names cannot contain spaces, newlines or special characters.";

    private string _name = "";
    private string _library = "";
    private string _libraryVersion = "";

    /// <summary>One line about it, as CLIENT LIST and CLIENT INFO have it.</summary>
    public string Describe()
    {
        long idle = (Environment.TickCount64 - Volatile.Read(ref _lastActivity)) / 1000;
        string user = _access == Access.None ? "" : _access == Access.Read ? "reader" : "default";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"id={Id} addr={Remote} name={_name} idle={idle} user={user} resp={_protocol} lib-name={_library} lib-ver={_libraryVersion}\n");
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
}
