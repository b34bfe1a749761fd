using System.Globalization;
using System.Reflection;
using System.Text;

namespace HoloLoom.Fast.Server.Resp;

/// <summary>What the server tells about itself: the greeting, INFO, and CONFIG GET.</summary>
internal static class ServerReplies
{
    // Clients decide by it what they may send. What there is here is a part of what this version has.
    private const string RedisVersion = "7.0.0";

    private static readonly string s_version = typeof(ServerReplies).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion.Split('+')[0];

    /// <summary>The reply to HELLO.</summary>
    public static void WriteGreeting(long connection, ref RespWriter writer)
    {
        writer.Map(7);
        writer.Bulk("server"u8);
        writer.Bulk("hololoom"u8);
        writer.Bulk("version"u8);
        writer.Bulk(RedisVersion);
        writer.Bulk("proto"u8);
        writer.Integer(writer.Protocol);
        writer.Bulk("id"u8);
        writer.Integer(connection);
        writer.Bulk("mode"u8);
        writer.Bulk("standalone"u8);
        writer.Bulk("role"u8);
        writer.Bulk("master"u8);
        writer.Bulk("modules"u8);
        writer.Array(0);
    }

    /// <summary>The reply to INFO, or to INFO with the names of sections.</summary>
    public static void WriteInformation(RespServer server, in RespCommand command, ref RespWriter writer)
    {
        var text = new StringBuilder();
        foreach (string section in (string[])["Server", "Clients", "Stats", "Replication"])
        {
            bool asked = command.Count == 1;
            for (int i = 1; i < command.Count; i++)
            {
                asked |= command[i].Is(Encoding.ASCII.GetBytes(section.ToLowerInvariant())) || command[i].Is("all"u8) || command[i].Is("default"u8)
                    || command[i].Is("everything"u8);
            }

            if (asked)
            {
                text.Append(CultureInfo.InvariantCulture, $"{(text.Length > 0 ? "\r\n" : "")}# {section}\r\n{Section(server, section)}");
            }
        }

        writer.Bulk(text.ToString());
    }

    /// <summary>The reply to CONFIG GET: redis-benchmark asks for the first two, clients for others.</summary>
    public static void WriteConfiguration(RespServer server, in RespCommand command, ref RespWriter writer)
    {
        if (command.Count < 3 || !command[1].Is("get"u8))
        {
            writer.Error("ERR only CONFIG GET is understood here; the server is configured by 'hololoom serve'");
            return;
        }

        (string Name, string Value)[] settings =
        [
            ("save", ""),
            ("appendonly", "no"),
            ("databases", "1"),
            ("maxclients", server.Options.MaxConnections.ToString(CultureInfo.InvariantCulture)),
            ("proto-max-bulk-len", server.Options.MaxBulkLength.ToString(CultureInfo.InvariantCulture)),
            ("timeout", ((long)Math.Max(0, server.Options.IdleTimeout.TotalSeconds)).ToString(CultureInfo.InvariantCulture)),
        ];
        var asked = new List<(string Name, string Value)>();
        foreach ((string Name, string Value) setting in settings)
        {
            for (int i = 2; i < command.Count; i++)
            {
                if (command[i].Is(Encoding.ASCII.GetBytes(setting.Name)) || command[i].SequenceEqual("*"u8))
                {
                    asked.Add(setting);
                    break;
                }
            }
        }

        writer.Map(asked.Count);
        foreach ((string name, string value) in asked)
        {
            writer.Bulk(name);
            writer.Bulk(value);
        }
    }

    private static string Section(RespServer server, string section) => section switch
    {
        "Server" => string.Create(
            CultureInfo.InvariantCulture,
            $"redis_version:{RedisVersion}\r\nhololoom_version:{s_version}\r\nredis_mode:standalone\r\nprocess_id:{Environment.ProcessId}\r\nuptime_in_seconds:{(long)server.Uptime.TotalSeconds}\r\n"),
        "Clients" => string.Create(CultureInfo.InvariantCulture, $"connected_clients:{server.Connected}\r\nmaxclients:{server.Options.MaxConnections}\r\n"),
        "Stats" => string.Create(
            CultureInfo.InvariantCulture,
            $"total_connections_received:{server.Connections}\r\nrejected_connections:{server.Rejected}\r\ntotal_commands_processed:{server.Commands}\r\n"),
        _ => "role:master\r\nconnected_slaves:0\r\n",
    };
}
