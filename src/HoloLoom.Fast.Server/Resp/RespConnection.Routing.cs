using System.Globalization;
using HoloLoom.Fast.Hosting;

namespace HoloLoom.Fast.Server.Resp;

internal sealed partial class RespConnection
{
    // The replies of the router that was asked last, nearly always the one that is asked next.
    private DecisionReplies? _replies;

    private void Route(in RespCommand command, ref RespWriter writer, RouteBatch batch)
    {
        RouteArguments arguments = default;
        HostedRouter router = _server.Routers.Default;
        if (command.Count > 2 && (!arguments.TryRead(command, out string? problem) || !TryFind(arguments.Router, out router, out problem)))
        {
            batch.Decide(ref writer);
            writer.Error(problem!);
            return;
        }

        DecisionReplies replies = RepliesOf(router.Current);
        BackendSet available = BackendSet.All;
        if (arguments.HasAvailable && !RouteArguments.TryResolve(command, replies, out available, out problem))
        {
            batch.Decide(ref writer);
            writer.Error(problem!);
            return;
        }

        Add(replies, available, command[1], arguments.HasUnit, arguments.Unit, ref writer, batch);
    }

    private void RouteMany(in RespCommand command, ref RespWriter writer, RouteBatch batch)
    {
        DecisionReplies replies = RepliesOf(_server.Routers.Default.Current);
        _uncharged += command.Count - 2;
        writer.Array(command.Count - 1);
        for (int i = 1; i < command.Count; i++)
        {
            Add(replies, BackendSet.All, command[i], hasUnit: false, default, ref writer, batch);
        }

        batch.Decide(ref writer);
    }

    private static void Add(
        DecisionReplies replies, BackendSet available, ReadOnlySpan<byte> query, bool hasUnit, ReadOnlySpan<byte> unit, ref RespWriter writer, RouteBatch batch)
    {
        if (hasUnit || query.Length > RouteBatch.MaxQueryLength)
        {
            batch.Decide(ref writer);
            batch.DecideAlone(replies, available, query, hasUnit, unit, ref writer);
        }
        else if (!batch.TryAdd(replies, available, query))
        {
            batch.Decide(ref writer);
            batch.TryAdd(replies, available, query);
        }
    }

    private void Statistics(in RespCommand command, ref RespWriter writer)
    {
        ReadOnlySpan<byte> name = default;
        if (command.Count == 3 && command[1].Is("router"u8))
        {
            name = command[2];
        }
        else if (command.Count != 1)
        {
            writer.Error("ERR syntax error: STATS [ROUTER name]");
            return;
        }

        if (TryFind(name, out HostedRouter router, out string? problem))
        {
            try
            {
                writer.Bulk(router.Current.GetStatistics().ToJson());
            }
            catch (ObjectDisposedException)
            {
                writer.Error(Removed(router));
            }
        }
        else
        {
            writer.Error(problem!);
        }
    }

    private bool TryFind(ReadOnlySpan<byte> name, out HostedRouter router, out string? problem)
    {
        HostedRouter? found = name.IsEmpty ? _server.Routers.Default : _server.Routers.Find(name);
        problem = found is not null ? null
            : _server.Routers.NotServed.TryGetValue(Text(name), out string? reason) ? $"ERR the router '{Text(name)}' is not served: {reason}"
            : $"ERR there is no router '{Text(name)}'";
        router = found ?? _server.Routers.Default;
        return found is not null;
    }

    private DecisionReplies RepliesOf(Router router)
    {
        DecisionReplies? last = _replies;
        return last is not null && ReferenceEquals(last.Router, router) ? last : _replies = DecisionReplies.Of(router);
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> text, string name, out double number, ref string? problem)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number))
        {
            return true;
        }

        problem ??= $"ERR {name} is '{Text(text)}'; a number is expected";
        return false;
    }
}
