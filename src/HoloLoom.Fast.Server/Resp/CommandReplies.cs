namespace HoloLoom.Fast.Server.Resp;

/// <summary>Answers COMMAND: clients and redis-cli ask it which commands there are.</summary>
internal static class CommandReplies
{
    public static void Write(in RespCommand command, ref RespWriter writer)
    {
        if (command.Count == 1)
        {
            writer.Array(CommandTable.All.Count);
            foreach (CommandInfo info in CommandTable.All)
            {
                WriteInfo(info, ref writer);
            }
        }
        else if (command[1].Is("count"u8) && command.Count == 2)
        {
            writer.Integer(CommandTable.All.Count);
        }
        else if (command[1].Is("list"u8) && command.Count == 2)
        {
            writer.Array(CommandTable.All.Count);
            foreach (CommandInfo info in CommandTable.All)
            {
                writer.Bulk(info.Name);
            }
        }
        else if (command[1].Is("docs"u8))
        {
            WriteDocumentation(command, ref writer);
        }
        else if (command[1].Is("info"u8))
        {
            WriteInfo(command, ref writer);
        }
        else
        {
            writer.Error("ERR unknown subcommand or wrong number of arguments. Try COMMAND, COMMAND COUNT, DOCS, INFO or LIST.");
        }
    }

    private static void WriteInfo(in RespCommand command, ref RespWriter writer)
    {
        writer.Array(command.Count == 2 ? CommandTable.All.Count : command.Count - 2);
        foreach (CommandInfo info in command.Count == 2 ? CommandTable.All : [])
        {
            WriteInfo(info, ref writer);
        }

        for (int i = 2; i < command.Count; i++)
        {
            if (CommandTable.Find(command[i]) is { } info)
            {
                WriteInfo(info, ref writer);
            }
            else
            {
                writer.NullArray();
            }
        }
    }

    // Name, arity, flags, keys (there are none: first, last, step), categories, tips, key specifications, subcommands.
    private static void WriteInfo(CommandInfo info, ref RespWriter writer)
    {
        writer.Array(10);
        writer.Bulk(info.Name);
        writer.Integer(info.Arity);
        writer.Array(info.Flags.Length);
        foreach (string flag in info.Flags)
        {
            writer.Simple(System.Text.Encoding.ASCII.GetBytes(flag));
        }

        for (int i = 0; i < 3; i++)
        {
            writer.Integer(0);
        }

        for (int i = 0; i < 4; i++)
        {
            writer.Array(0);
        }
    }

    private static void WriteDocumentation(in RespCommand command, ref RespWriter writer)
    {
        var asked = new List<CommandInfo>();
        for (int i = 2; i < command.Count; i++)
        {
            if (CommandTable.Find(command[i]) is { } info && !asked.Contains(info))
            {
                asked.Add(info);
            }
        }

        IReadOnlyList<CommandInfo> documented = command.Count == 2 ? CommandTable.All : asked;
        writer.Map(documented.Count);
        foreach (CommandInfo info in documented)
        {
            writer.Bulk(info.Name);
            writer.Map(3);
            writer.Bulk("summary"u8);
            writer.Bulk(info.Summary);
            writer.Bulk("since"u8);
            writer.Bulk("0.1.0"u8);
            writer.Bulk("group"u8);
            writer.Bulk(info.Group);
        }
    }
}
