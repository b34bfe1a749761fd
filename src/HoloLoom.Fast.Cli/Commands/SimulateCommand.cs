using System.CommandLine;
using System.Globalization;
using HoloLoom.Fast.Cli.Terminal;
using HoloLoom.Fast.Cli.Text;
using HoloLoom.Fast.Experiments;

namespace HoloLoom.Fast.Cli.Commands;

/// <summary><c>hololoom simulate</c>: an experiment whose truth is known, run by a real router.</summary>
internal static class SimulateCommand
{
    // How often the simulation looks at the report; it may look as often as it likes.
    private const int Looks = 200;

    public static Command Create()
    {
        var experiment = new Option<string>("--experiment")
        {
            Description = "The success rates of the variants, 2 to 7: equal ones are an A/A test, as 0.5,0.5; others an A/B test, as 0.5,0.6.",
            HelpName = "RATES",
            Required = true,
        };
        experiment.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && Rates(result.Tokens[0].Value) is null)
            {
                result.AddError($"--experiment takes 2 to {ExperimentOptions.MaxVariants} numbers from 0 to 1, separated by commas; found '{result.Tokens[0].Value}'");
            }
        });
        Option<long> outcomes = Count("--outcomes", "How many outcomes there are at most.", 20_000, 1_000_000_000);
        Option<long> repeat = Count("--repeat", "How many experiments to run; with more than one, only who won is counted.", 1, 1_000_000);
        var seed = new Option<ulong>("--seed") { Description = "The seed of the simulation.", DefaultValueFactory = static _ => 1, HelpName = "N" };
        Option<string> format = ExperimentCommand.Format();
        var command = new Command("simulate", "Runs an experiment whose truth is known, up to its winner, and prints the report.")
        {
            experiment, outcomes, repeat, seed, format,
        };
        command.SetAction(parsed =>
        {
            double[] rates = Rates(parsed.GetValue(experiment)!)!;
            long times = parsed.GetValue(repeat);
            return times == 1
                ? ExperimentCommand.Print(Run(rates, parsed.GetValue(outcomes), parsed.GetValue(seed)), parsed.GetValue(format)!)
                : CountWinners(rates, parsed.GetValue(outcomes), parsed.GetValue(seed), times);
        });
        return command;
    }

    private static Option<long> Count(string name, string description, long absent, long most)
    {
        var option = new Option<long>(name) { Description = description, DefaultValueFactory = _ => absent, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<long>() is long value && (value < 1 || value > most))
            {
                result.AddError($"{name} must be from 1 to {most}");
            }
        });
        return option;
    }

    private static int CountWinners(double[] rates, long outcomes, ulong seed, long times)
    {
        var winners = new SortedDictionary<string, long>(StringComparer.Ordinal);
        for (long i = 0; i < times; i++)
        {
            string winner = Run(rates, outcomes, seed + (ulong)i).Winner ?? "none";
            winners[winner] = winners.GetValueOrDefault(winner) + 1;
        }

        using Stream stdout = StandardOutput.Open();
        try
        {
            using var text = new StreamWriter(stdout);
            foreach ((string winner, long count) in winners)
            {
                text.Write(string.Create(CultureInfo.InvariantCulture, $"winner {winner}: {count} of {times} ({(double)count / times:0.0%})\n"));
            }
        }
        catch (ClosedPipeException)
        {
            // Nobody wants to know.
        }

        return ExitCode.Done;
    }

    private static ExperimentReport Run(double[] rates, long outcomes, ulong seed)
    {
        using var router = new Router(new RouterOptions
        {
            Seed = seed,
            Experiment = new ExperimentOptions
            {
                Name = "simulated",
                Variants = [.. rates.Select(static (_, i) => new VariantOptions($"{(char)('A' + i)}") { Strategy = "uniform" })],
            },
        });
        var random = new Random((int)(seed ^ seed >> 32));
        long every = Math.Max(1, outcomes / Looks);
        for (long i = 1; i <= outcomes; i++)
        {
            Decision decision = router.Route("simulated"u8, BackendSet.All);
            bool success = random.NextDouble() < rates[decision.Variant];
            router.Record(decision.Id, new Outcome(success ? 1 : 0, LatencyMs: 10 + 90 * random.NextDouble()));
            if (i % every == 0 && i < outcomes && ExperimentReport.Of(router) is { Winner: not null } report)
            {
                return report;
            }
        }

        return ExperimentReport.Of(router);
    }

    private static double[]? Rates(string text)
    {
        string[] parts = text.Split(',');
        var rates = new double[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out rates[i]) || !(rates[i] >= 0 && rates[i] <= 1))
            {
                return null;
            }
        }

        return rates.Length is >= 2 and <= ExperimentOptions.MaxVariants ? rates : null;
    }
}
