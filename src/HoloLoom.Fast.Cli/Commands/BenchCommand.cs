using System.CommandLine;
using System.Globalization;
using HoloLoom.Fast.Cli.Terminal;
using HoloLoom.Fast.Execution;
using Spectre.Console;

namespace HoloLoom.Fast.Cli.Commands;

/// <summary><c>hololoom bench</c>: the published tables of the original router, measured on this machine.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var quick = new Option<bool>("--quick") { Description = "A tenth of the work: about a second." };
        var command = new Command("bench", "Measures decision speed, rules and learned, execution patterns and scale, beside published figures.") { quick };
        command.SetAction(async (parsed, _) =>
        {
            using var signal = new StopSignal();
            RoutingBenchmarkOptions options = parsed.GetValue(quick)
                ? new RoutingBenchmarkOptions { Decisions = 100_000, Executions = 10, Scales = [100, 1_000, 10_000, 100_000] }
                : new RoutingBenchmarkOptions();
            IAnsiConsole console = Tables.Console();
            try
            {
                Write(console, await RoutingBenchmark.RunAllAsync(options, cancellationToken: signal.Token));
                return ExitCode.Done;
            }
            catch (OperationCanceledException) when (signal.ExitCode is int code)
            {
                return code;
            }
        });
        return command;
    }

    private static void Write(IAnsiConsole console, IReadOnlyList<BenchmarkTable> tables)
    {
        foreach (BenchmarkTable one in tables)
        {
            console.WriteLine(one.Title);
            console.WriteLine(one.Note);
            bool hasReward = one.Rows.Any(static row => row.Reward is not null);
            Table table = hasReward
                ? Tables.Create("", ">queries", ">per second", ">mean", ">p95", ">p99", ">reward", ">published per second", ">published mean")
                : Tables.Create("", ">queries", ">per second", ">mean", ">p95", ">p99", ">published per second", ">published mean");
            foreach (BenchmarkRow row in one.Rows)
            {
                string[] cells =
                [
                    Markup.Escape(row.Name),
                    row.Queries.ToString("N0", CultureInfo.InvariantCulture),
                    row.PerSecond.ToString("N0", CultureInfo.InvariantCulture),
                    Duration(row.MeanMs),
                    Duration(row.P95Ms),
                    Duration(row.P99Ms),
                    row.Reward?.ToString("0.000", CultureInfo.InvariantCulture) ?? "",
                    row.PublishedPerSecond?.ToString("N0", CultureInfo.InvariantCulture) ?? "-",
                    row.PublishedMeanMs is double mean ? mean.ToString("0.## ms", CultureInfo.InvariantCulture) : "-",
                ];
                table.AddRow(hasReward ? cells : [.. cells[..6], .. cells[7..]]);
            }

            console.Write(table);
            console.WriteLine();
        }
    }

    private static string Duration(double milliseconds) => milliseconds switch
    {
        < 0.001 => (milliseconds * 1e6).ToString("0 ns", CultureInfo.InvariantCulture),
        < 1 => (milliseconds * 1e3).ToString("0.0 µs", CultureInfo.InvariantCulture),
        _ => milliseconds.ToString("0.00 ms", CultureInfo.InvariantCulture),
    };
}
