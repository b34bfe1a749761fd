using System.CommandLine;
using System.Globalization;
using HoloLoom.Fast.Cli.Demo;
using HoloLoom.Fast.Cli.Terminal;
using HoloLoom.Fast.Execution;
using Spectre.Console;

namespace HoloLoom.Fast.Cli.Commands;

/// <summary><c>hololoom demo</c>: real backends, live learning, in one command.</summary>
internal static class DemoCommand
{
    // Long enough to be watched; nobody watches a pipe.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(400);

    public static Command Create()
    {
        var queries = new Option<int>("--queries") { Description = "How many questions are asked.", DefaultValueFactory = _ => 4000, HelpName = "N" };
        queries.Validators.Add(result =>
        {
            // What is no number at all is refused by the parser.
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, CultureInfo.InvariantCulture, out int number)
                && number is < DemoRun.Windows or > 10_000_000)
            {
                result.AddError($"--queries takes a number from {DemoRun.Windows} to 10,000,000");
            }
        });
        var seed = new Option<ulong>("--seed") { Description = "Other questions, other draws.", DefaultValueFactory = _ => 1, HelpName = "N" };
        var command = new Command("demo", "Asks four backends (SQLite full text, a graph, vectors, recency) and learns which answers what.") { queries, seed };
        command.SetAction(async (parsed, _) =>
        {
            using var signal = new StopSignal();
            using var run = new DemoRun(parsed.GetValue(seed));
            IAnsiConsole console = Tables.Console();
            try
            {
                await StreamAsync(console, run, [.. run.Stream(parsed.GetValue(queries), parsed.GetValue(seed))], signal.Token);
                await ComparePatternsAsync(console, run, signal.Token);
                console.WriteLine();
                console.WriteLine("The profiler's report:");
                console.WriteLine(run.Profiler.Report().ToString().TrimEnd());
                return ExitCode.Done;
            }
            catch (OperationCanceledException) when (signal.ExitCode is int code)
            {
                return code;
            }
        });
        return command;
    }

    private static async Task StreamAsync(IAnsiConsole console, DemoRun run, string[] stream, CancellationToken token)
    {
        IEnumerable<string[]> windows = stream.Chunk((stream.Length + DemoRun.Windows - 1) / DemoRun.Windows);
        if (Console.IsOutputRedirected)
        {
            foreach (string[] window in windows)
            {
                await run.StepAsync(window, token);
            }

            console.WriteLine(DemoView.Title(run));
            console.Write(DemoView.Winners(run));
            console.Write(DemoView.Latencies(run));
            console.Write(DemoView.Regret(run));
            return;
        }

        await console.Live(new Markup("")).StartAsync(async live =>
        {
            foreach (string[] window in windows)
            {
                await run.StepAsync(window, token);
                live.UpdateTarget(DemoView.Live(run));
                live.Refresh();
                await Task.Delay(s_pause, token);
            }
        });
    }

    // One question, asked in each pattern.
    private static async Task ComparePatternsAsync(IAnsiConsole console, DemoRun run, CancellationToken token)
    {
        const string Question = "latest report on sailing";
        console.WriteLine();
        console.WriteLine($"'{Question}' in every pattern:");
        Table table = Tables.Create("pattern", "asked", ">ms", ">confidence", "best results");
        foreach (string pattern in ExecutionPatterns.All)
        {
            ExecutionResult result = await run.Orchestrator.ExecuteAsync(new ExecutionRequest(Question) { Pattern = pattern, Limit = 3 }, token);
            table.AddRow(
                pattern,
                string.Join(", ", run.Router.Backends.Where((_, backend) => result.Asked.Contains(backend))),
                result.ElapsedMs.ToString("0.000", CultureInfo.InvariantCulture),
                result.Confidence.ToString("0.00", CultureInfo.InvariantCulture),
                string.Join(", ", result.Results.Select(static one => one.Id)));
        }

        console.Write(table);
    }
}
