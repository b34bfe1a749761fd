using System.Diagnostics;
using System.Text;

namespace HoloLoom.Fast.Server.Resp;

internal sealed partial class RespConnection
{
    // In Redis' words an unknown command is repeated with the beginnings of its arguments.
    private const int MaxRepeated = 128;

    // What the reply to a decision is reckoned to take while it is still to be made.
    private const int ReplyLength = 96;

    private Step Execute(ReadOnlySpan<byte> input, out int consumed)
    {
        consumed = 0;
        int commands = 0;
        long began = Stopwatch.GetTimestamp();
        var writer = new RespWriter(_output, _protocol);
        RouteBatch batch = RouteBatch.Current;
        batch.Times = _server.Metrics?.Decisions;
        batch.Queries = _server.Queries;
        Step step = Step.AwaitInput;
        while (step == Step.AwaitInput)
        {
            ParseStatus status = _parser.Read(input[consumed..], _limits, out RespCommand command, out int length, out string? error);
            if (status == ParseStatus.Incomplete)
            {
                break;
            }

            if (status == ParseStatus.Error)
            {
                step = _durable.Count > 0 ? Step.AwaitDisk : Step.Close;
                if (step == Step.Close)
                {
                    batch.Decide(ref writer);
                    writer.Error($"ERR Protocol error: {error}");
                    _server.CountProtocolError();
                }
                else
                {
                    _parser.Restart();
                }

                break;
            }

            if (_durable.Count > 0 && !IsDurableOutcome(command))
            {
                // It is read again when those before it are answered.
                step = Step.AwaitDisk;
                break;
            }

            consumed += length;
            if (command.Count > 0)
            {
                commands++;
                step = Execute(command, ref writer, batch);
            }

            if (step == Step.AwaitInput && writer.Written + (batch.Count * ReplyLength) >= _server.Options.MaxPendingOutput)
            {
                step = Step.AwaitOutput;
            }
        }

        batch.Decide(ref writer);
        batch.Times = null;
        batch.Queries = null;
        writer.Complete();
        if (commands > 0)
        {
            _server.Count(commands, began);
            _server.Metrics?.Requests.NoteCommands(began);
        }

        _uncharged += commands;
        return step == Step.AwaitInput && _durable.Count > 0 ? Step.AwaitDisk : step;
    }

    private Step Execute(in RespCommand command, ref RespWriter writer, RouteBatch batch)
    {
        ReadOnlySpan<byte> name = command[0];
        if (_access == Access.Full && name.Is("route"u8) && command.Count > 1)
        {
            Route(command, ref writer, batch);
            return Step.AwaitInput;
        }

        // Replies come in the order of the commands.
        batch.Decide(ref writer);
        CommandInfo? info = CommandTable.Find(name);
        if (info is null && (name.Is("post"u8) || name.Is("host:"u8)))
        {
            // A browser that was made to send a form here must not get any further: its lines would be commands.
            writer.Error("ERR this is not an HTTP port");
            return Step.Close;
        }

        if (_access == Access.None && info?.Access != Access.None)
        {
            return Refuse(ref writer, "NOAUTH Authentication required.");
        }

        if (info is null)
        {
            return Unknown(command, ref writer);
        }

        if (!info.Accepts(command.Count))
        {
            return Refuse(ref writer, $"ERR wrong number of arguments for '{info.Name}' command");
        }

        if (_access < info.Access)
        {
            return Refuse(ref writer, $"NOPERM this key may only look: it has no permissions to run the '{info.Name}' command");
        }

        return Execute(info.Id, command, ref writer, batch);
    }

    private Step Execute(RespCommandId id, in RespCommand command, ref RespWriter writer, RouteBatch batch)
    {
        switch (id)
        {
            case RespCommandId.MRoute:
                RouteMany(command, ref writer, batch);
                break;
            case RespCommandId.Outcome:
                return Outcome(command, ref writer);
            case RespCommandId.Stats:
                Statistics(command, ref writer);
                break;
            case RespCommandId.Auth:
                return Authenticate(command, ref writer);
            case RespCommandId.Hello:
                return Hello(command, ref writer);
            case RespCommandId.Client:
                Client(command, ref writer);
                break;
            case RespCommandId.Command:
                CommandReplies.Write(command, ref writer);
                break;
            case RespCommandId.Config:
                ServerReplies.WriteConfiguration(_server, command, ref writer);
                break;
            case RespCommandId.Info:
                ServerReplies.WriteInformation(_server, command, ref writer);
                break;
            case RespCommandId.Echo:
                writer.Bulk(command[1]);
                break;
            case RespCommandId.Ping:
                Ping(command, ref writer);
                break;
            case RespCommandId.Select:
                Select(command, ref writer);
                break;
            case RespCommandId.Reset:
                Reset(ref writer);
                break;
            case RespCommandId.Quit:
                writer.Simple("OK"u8);
                return Step.Close;
            default:
                throw new InvalidOperationException($"The command {id} is not executed by anything.");
        }

        return Step.AwaitInput;
    }

    private static Step Refuse(ref RespWriter writer, string message)
    {
        writer.Error(message);
        return Step.AwaitInput;
    }

    private static Step Unknown(in RespCommand command, ref RespWriter writer)
    {
        var message = new StringBuilder($"ERR unknown command '{Text(command[0], MaxRepeated)}', with args beginning with: ");
        int room = MaxRepeated;
        for (int i = 1; i < command.Count && room > 0; i++)
        {
            string argument = Text(command[i], room);
            message.Append('\'').Append(argument).Append("' ");
            room -= argument.Length + 3;
        }

        return Refuse(ref writer, message.ToString());
    }

    /// <summary>Bytes as text for a message, cut to a length.</summary>
    private static string Text(ReadOnlySpan<byte> bytes, int length = MaxRepeated) => Encoding.UTF8.GetString(bytes[..Math.Min(length, bytes.Length)]);
}
