using System.CommandLine;

namespace HoloLoom.Fast.Cli.Commands;

/// <summary><c>hololoom route</c>: its options; <see cref="RouteRun"/> does the work.</summary>
internal static class RouteCommand
{
    public static Command Create()
    {
        var file = new Argument<string?>("FILE")
        {
            Description = "The queries, one a line; - or nothing is standard input.",
            Arity = ArgumentArity.ZeroOrOne,
        }.RefusingOptions();
        var strategy = new Option<string?>("--strategy") { Description = "How a backend is chosen; overrides the configuration.", HelpName = "NAME" };
        strategy.AcceptOnlyFromAmong("rules", "thompson", "greedy", "uniform");
        Option<string?> config = CommonOptions.Config();
        Option<string?> state = CommonOptions.State("Where what is learned lives, created if missing. Needed to report outcomes later.");
        var available = new Option<string?>("--available") { Description = "The backends that may be chosen, separated by commas. Default: all.", HelpName = "NAMES" };
        var seed = new Option<ulong?>("--seed") { Description = "Makes the decisions reproducible.", HelpName = "N" };
        var format = new Option<string>("--format") { Description = "Of the output.", DefaultValueFactory = _ => "jsonl", HelpName = "jsonl|tsv" };
        format.AcceptOnlyFromAmong("jsonl", "tsv");
        var input = new Option<string>("--input")
        {
            Description = "Of the input: lines are queries, or JSON objects with \"query\" and, for an experiment, \"unit\".",
            DefaultValueFactory = _ => "text",
            HelpName = "text|jsonl",
        };
        input.AcceptOnlyFromAmong("text", "jsonl");
        var explain = new Option<bool>("--explain") { Description = "Adds how each decision came about (jsonl only)." };
        var noProgress = new Option<bool>("--no-progress") { Description = "No progress bar." };

        var command = new Command("route", "Decides on a backend for each line of the input.")
        {
            file, strategy, config, state, available, seed, input, format, explain, noProgress,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(explain) && result.GetValue(format) == "tsv")
            {
                result.AddError("--explain has no column in --format tsv. Use --format jsonl");
            }

            if (result.GetValue(explain) && result.GetValue(input) == "jsonl")
            {
                result.AddError("--explain does not read --input jsonl. Give the queries as text");
            }
        });
        command.SetAction(parsed =>
        {
            string? configFile = parsed.GetValue(config);
            RouterOptions options = CommonOptions.Load(configFile);
            options = options with
            {
                Strategy = parsed.GetValue(strategy) ?? options.Strategy,
                Seed = parsed.GetValue(seed) ?? options.Seed,
                StateDirectory = parsed.GetValue(state) ?? options.StateDirectory,
            };
            return new RouteRun
            {
                File = parsed.GetValue(file),
                ConfigFile = configFile,
                Options = options,
                Available = parsed.GetValue(available),
                JsonInput = parsed.GetValue(input) == "jsonl",
                Tsv = parsed.GetValue(format) == "tsv",
                Explain = parsed.GetValue(explain),
                NoProgress = parsed.GetValue(noProgress),
            }.Run();
        });
        return command;
    }
}
