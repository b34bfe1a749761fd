using System.CommandLine;

namespace HoloLoom.Fast.Cli.Commands;

/// <summary><c>hololoom learn</c>: its options; <see cref="LearnRun"/> does the work.</summary>
internal static class LearnCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("OUTCOMES")
        {
            Description = "The outcomes, one JSON object a line: decision_id, relevance (0..1), latency_ms, and optionally cost and feedback (0..1). - is standard input.",
        }.RefusingOptions();
        Option<string?> state = CommonOptions.State("The state directory that the decisions were made with.", required: true);
        Option<string?> config = CommonOptions.Config();
        var flushEvery = new Option<int>("--flush-every")
        {
            Description = "How many lines are learned between two writes of the state to disk.",
            DefaultValueFactory = _ => 10_000,
            HelpName = "N",
        };
        flushEvery.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("--flush-every must be 1 or more");
            }
        });

        var command = new Command("learn", "Learns from the outcomes of earlier decisions. Reporting an outcome twice is harmless.") { file, state, config, flushEvery };
        command.SetAction(parsed =>
        {
            string directory = parsed.GetValue(state)!;
            CommonOptions.RequireState(directory);
            string? configFile = parsed.GetValue(config);
            return new LearnRun
            {
                File = parsed.GetValue(file)!,
                ConfigFile = configFile,
                Options = CommonOptions.Load(configFile) with { StateDirectory = directory },
                FlushEvery = parsed.GetValue(flushEvery),
            }.Run();
        });
        return command;
    }
}
