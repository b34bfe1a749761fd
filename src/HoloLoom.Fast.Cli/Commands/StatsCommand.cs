using System.CommandLine;
using HoloLoom.Fast.Cli.Terminal;
using HoloLoom.Fast.Cli.Text;

namespace HoloLoom.Fast.Cli.Commands;

/// <summary><c>hololoom stats</c>: what a state directory has learned.</summary>
internal static class StatsCommand
{
    public static Command Create()
    {
        Option<string?> state = CommonOptions.State("The state directory; it is only read, and may be in use.", required: true);
        Option<string?> config = CommonOptions.Config();
        var json = new Option<bool>("--json") { Description = "As a JSON object." };
        var command = new Command("stats", "Shows posteriors, counts and latencies of a state directory.") { state, config, json };
        command.SetAction(parsed =>
        {
            string directory = parsed.GetValue(state)!;
            CommonOptions.RequireState(directory);
            RouterStatistics statistics = Read(directory, parsed.GetValue(config));
            if (!parsed.GetValue(json))
            {
                StatisticsTable.Write(statistics);
                return ExitCode.Done;
            }

            using Stream stdout = StandardOutput.Open();
            try
            {
                var output = new OutputBuffer(stdout);
                output.Write(statistics.ToJson());
                output.Write((byte)'\n');
                output.Flush();
            }
            catch (ClosedPipeException)
            {
                // Nobody wants to know.
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static RouterStatistics Read(string directory, string? configFile)
    {
        // The directory knows which strategy has decided most; only the configuration knows which one is in force.
        string? strategy = configFile is null ? null : CommonOptions.Load(configFile).Strategy;
        try
        {
            RouterStatistics statistics = Router.ReadStatistics(directory);
            return strategy is null ? statistics : statistics with { Strategy = strategy };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CommonOptions.StateFailure("cannot read the state", directory, exception);
        }
    }
}
