using HoloLoom.Fast.Hosting;

namespace HoloLoom.Fast.Server.Resp;

internal sealed partial class RespConnection
{
    // The most outcomes whose replies wait for one flush.
    private const int MaxDurable = 4096;

    // Outcomes that are recorded and whose replies wait for the disk, in order.
    private readonly List<DurableReply> _durable = [];

    private readonly record struct DurableReply(HostedRouter? Router, RecordResult Result, string? Problem);

    private Step Outcome(in RespCommand command, ref RespWriter writer)
    {
        bool recorded = TryRecord(command, out HostedRouter router, out RecordResult result, out bool durable, out string? problem);
        if (durable)
        {
            _durable.Add(new DurableReply(recorded ? router : null, result, problem));
            return _durable.Count == MaxDurable ? Step.AwaitDisk : Step.AwaitInput;
        }

        if (recorded)
        {
            writer.Raw(ReplyOf(result));
        }
        else
        {
            writer.Error(problem!);
        }

        return Step.AwaitInput;
    }

    private bool TryRecord(in RespCommand command, out HostedRouter router, out RecordResult result, out bool durable, out string? problem)
    {
        const string Syntax = "ERR syntax error: OUTCOME id relevance latency_ms [COST c] [FEEDBACK f] [ROUTER name] [DURABLE]";
        problem = null;
        result = RecordResult.Unknown;
        durable = IsDurableOutcome(command);
        double? cost = null, feedback = null;
        ReadOnlySpan<byte> name = default;
        for (int i = 4; i < command.Count; i++)
        {
            ReadOnlySpan<byte> option = command[i];
            double number = 0;
            if (option.Is("durable"u8))
            {
                continue;
            }

            if (++i == command.Count)
            {
                problem ??= Syntax;
            }
            else if (option.Is("router"u8))
            {
                name = command[i];
            }
            else if (option.Is("cost"u8) && TryReadNumber(command[i], "cost", out number, ref problem))
            {
                cost = number;
            }
            else if (option.Is("feedback"u8) && TryReadNumber(command[i], "feedback", out number, ref problem))
            {
                feedback = number;
            }
            else
            {
                problem ??= Syntax;
            }
        }

        router = _server.Routers.Default;
        if (problem is not null
            || !TryReadNumber(command[2], "relevance", out double relevance, ref problem)
            || !TryReadNumber(command[3], "latency_ms", out double latency, ref problem)
            || !TryFind(name, out router, out problem))
        {
            return false;
        }

        var outcome = new Outcome(relevance, latency) { Cost = cost, Feedback = feedback };
        problem = outcome.Validate();
        if (problem is not null)
        {
            problem = $"ERR the outcome cannot be recorded: {problem}";
            return false;
        }

        // What is no id at all was given out by nobody.
        if (DecisionId.TryParse(command[1], out DecisionId id))
        {
            try
            {
                result = router.Current.Record(id, outcome);
            }
            catch (ArgumentException refused)
            {
                // A reward function of the application's own gave something that is no reward.
                problem = $"ERR {refused.Message}";
                return false;
            }
            catch (ObjectDisposedException)
            {
                problem = Removed(router);
                return false;
            }
        }

        return true;
    }

    private static bool IsDurableOutcome(in RespCommand command)
    {
        if (command.Count < 5 || !command[0].Is("outcome"u8))
        {
            return false;
        }

        // The name of a router may be "durable" as well: it stands behind ROUTER.
        for (int i = 4; i < command.Count; i++)
        {
            if (command[i].Is("durable"u8))
            {
                return true;
            }

            i++;
        }

        return false;
    }

    private async Task<string?> FlushToDiskAsync()
    {
        try
        {
            HostedRouter? last = null;
            foreach (DurableReply reply in _durable)
            {
                // Nothing was learned from others, and a client must not make the disk work by making up ids.
                if (reply.Router is { } router && router != last && reply.Result is RecordResult.Accepted or RecordResult.Duplicate)
                {
                    await GroupedFlush.Of(router.Current).FlushAsync().ConfigureAwait(false);
                    last = router;
                }
            }

            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"ERR the outcome was recorded but could not be written to disk: {failure.Message}";
        }
        catch (ObjectDisposedException)
        {
            return "ERR the router was removed meanwhile, with what it learned";
        }
    }

    private static string Removed(HostedRouter router) => $"ERR the router '{router.Name}' was removed meanwhile";

    private void WriteDurableReplies(string? failure)
    {
        var writer = new RespWriter(_output, _protocol);
        foreach (DurableReply reply in _durable)
        {
            bool onDisk = reply.Result is RecordResult.Accepted or RecordResult.Duplicate;
            if (reply.Problem is not null || (failure is not null && onDisk))
            {
                writer.Error(reply.Problem ?? failure!);
            }
            else
            {
                writer.Raw(ReplyOf(reply.Result));
            }
        }

        writer.Complete();
        _durable.Clear();
    }

    private static ReadOnlySpan<byte> ReplyOf(RecordResult result) => result switch
    {
        RecordResult.Accepted => "+ACCEPTED\r\n"u8,
        RecordResult.Duplicate => "+DUPLICATE\r\n"u8,
        RecordResult.Expired => "+EXPIRED\r\n"u8,
        _ => "+UNKNOWN\r\n"u8,
    };
}
