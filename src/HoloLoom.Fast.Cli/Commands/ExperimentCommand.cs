using System.CommandLine;
using System.Text;
using HoloLoom.Fast.Cli.Terminal;
using HoloLoom.Fast.Cli.Text;
using HoloLoom.Fast.Experiments;

namespace HoloLoom.Fast.Cli.Commands;

/// <summary><c>hololoom experiment</c>: what the experiments of a state directory show.</summary>
internal static class ExperimentCommand
{
    public static Command Create()
    {
        Option<string?> state = CommonOptions.State("The state directory; it is only read, and may be in use.", required: true);
        var name = new Option<string?>("--name") { Description = "Another experiment than the latest.", HelpName = "NAME" };
        Option<string> format = Format();
        var report = new Command("report", "Says who wins, how sure that is, and what to do.") { state, name, format };
        report.SetAction(parsed =>
        {
            string directory = parsed.GetValue(state)!;
            CommonOptions.RequireState(directory);
            return Print(Find(directory, parsed.GetValue(name)), parsed.GetValue(format)!);
        });
        return new Command("experiment", "Reports what an experiment shows so far.") { report };
    }

    /// <summary>The option that says in which form a report is printed.</summary>
    public static Option<string> Format()
    {
        var format = new Option<string>("--format") { Description = "How to print the report.", DefaultValueFactory = static _ => "text" };
        format.AcceptOnlyFromAmong("text", "json", "markdown");
        return format;
    }

    /// <summary>Prints a report.</summary>
    public static int Print(ExperimentReport report, string format)
    {
        byte[] bytes = format switch
        {
            "json" => [.. report.ToJson(), (byte)'\n'],
            "markdown" => Encoding.UTF8.GetBytes(report.ToMarkdown()),
            _ => Encoding.UTF8.GetBytes(report.ToText()),
        };
        using Stream stdout = StandardOutput.Open();
        try
        {
            stdout.Write(bytes);
            stdout.Flush();
        }
        catch (ClosedPipeException)
        {
            // Nobody wants to know.
        }

        return ExitCode.Done;
    }

    private static ExperimentReport Find(string directory, string? name)
    {
        IReadOnlyList<ExperimentReport> reports;
        try
        {
            reports = ExperimentReport.Read(directory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CommonOptions.StateFailure("cannot read the state", directory, exception);
        }

        if (reports.Count == 0)
        {
            throw new CliException(
                "no experiment", $"{directory} has none", "Route with a configuration that has an 'experiment'; see 'hololoom config schema'.");
        }

        return name is null
            ? reports[^1]
            : reports.FirstOrDefault(report => report.Name == name) ?? throw new CliException(
                "no such experiment", $"{directory} has no experiment '{name}'", $"It has {string.Join(", ", reports.Select(static report => report.Name))}.");
    }
}
