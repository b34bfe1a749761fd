using System.CommandLine;
using System.CommandLine.Invocation;
using HoloLoom.Fast.Cli.Commands;
using HoloLoom.Fast.Cli.Terminal;

namespace HoloLoom.Fast.Cli;

internal static class Program
{
    public static int Main(string[] arguments)
    {
        var root = new RootCommand("Classifies queries, picks a backend for each, and learns from the outcomes.")
        {
            RouteCommand.Create(),
            LearnCommand.Create(),
            StatsCommand.Create(),
            ExperimentCommand.Create(),
            SimulateCommand.Create(),
            SampleCommand.Create(),
            ConfigCommand.Create(),
            ServeCommand.Create(),
            BenchCommand.Create(),
            DemoCommand.Create(),
        };

        // A query file may well be called @something: no response files. The commands watch for signals themselves, because a batch
        // has to be finished and flushed before the program goes.
        ParseResult parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction || (parsed.Action is null && parsed.Errors.Count > 0))
        {
            return RejectUsage(parsed);
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception exception)
        {
            StandardError.WriteLine($"hololoom: {Describe(exception)}");
            return ExitCode.Failure;
        }
    }

    private static int RejectUsage(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string path = command is RootCommand ? "hololoom" : $"hololoom {CommandPath(parsed.CommandResult)}";
        foreach (string message in parsed.Errors.Select(error => OneLine(error.Message)).Distinct())
        {
            StandardError.WriteLine($"hololoom: usage: {message.TrimEnd('.')}. Run '{path} --help' to see what is accepted.");
        }

        return ExitCode.Failure;
    }

    private static string OneLine(string message) => string.Join(' ', message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string CommandPath(System.CommandLine.Parsing.CommandResult result) =>
        result.Parent is System.CommandLine.Parsing.CommandResult { Command: not RootCommand } parent
            ? $"{CommandPath(parent)} {result.Command.Name}"
            : result.Command.Name;

    private static string Describe(Exception exception) => exception switch
    {
        CliException => exception.Message,
        RouterConfigurationException => $"configuration: {exception.Message}",
        IOException or UnauthorizedAccessException => $"input or output: {exception.Message}",
        PlatformNotSupportedException => $"environment: {exception.Message}",
        OutOfMemoryException => "out of memory: a line or a buffer is larger than the memory that is left. Split the line or raise the limit.",
        _ => $"internal error: {exception.GetType().Name}: {exception.Message}",
    };
}
