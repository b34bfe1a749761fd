using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using HoloLoom.Fast.Cli.Terminal;

namespace HoloLoom.Fast.Cli.Commands;

/// <summary><c>hololoom sample</c>: its options; <see cref="SampleRun"/> does the work.</summary>
internal static class SampleCommand
{
    private const int DefaultCount = 10;

    public static Command Create()
    {
        var law = new Argument<string>("LAW")
        {
            Description = "What is drawn: uniform, between 0 and 1; normal, of mean 0 and variance 1; gamma, of shape alpha and scale 1; beta; or arm, "
                + "the number, counted from 0, of the one of several betas that gives the largest draw: Thompson sampling's choice.",
            HelpName = "uniform|normal|gamma|beta|arm",
        };
        law.AcceptOnlyFromAmong("uniform", "normal", "gamma", "beta", "arm");
        Option<double[]> alpha = Shapes("--alpha", "The shape of gamma, or the first of beta; for arm, one for each arm, separated by commas.");
        Option<double[]> beta = Shapes("--beta", "The second shape of beta; for arm, one for each arm, separated by commas.");
        var count = new Option<long>("--count") { Description = "How many draws.", DefaultValueFactory = _ => DefaultCount, HelpName = "N" };
        count.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out long value) && value < 0)
            {
                result.AddError($"--count is {text}; 0 or more are expected");
            }
        });
        var seed = new Option<ulong?>("--seed") { Description = "Makes the draws reproducible. Default: a random one, which is told on standard error.", HelpName = "N" };
        var format = new Option<string>("--format")
        {
            Description = "text, one draw a line, with all its digits; f64, 8 bytes a draw, little-endian; or u64, of uniform only, the generator's 64 random bits.",
            DefaultValueFactory = _ => "text",
            HelpName = "text|f64|u64",
        };
        format.AcceptOnlyFromAmong("text", "f64", "u64");

        var command = new Command("sample", "Draws from the generator and the samplers, to verify them from outside.") { law, alpha, beta, count, seed, format };
        command.SetAction(parsed =>
        {
            string name = parsed.GetValue(law)!;
            double[] alphas = parsed.GetValue(alpha) ?? [];
            double[] betas = parsed.GetValue(beta) ?? [];
            Check(name, "--alpha", alphas, isNeeded: name is "gamma" or "beta" or "arm");
            Check(name, "--beta", betas, isNeeded: name is "beta" or "arm");
            if (name == "arm" && alphas.Length != betas.Length)
            {
                throw Wrong(name, $"--alpha has {alphas.Length} and --beta {betas.Length} numbers", "Give one of each for every arm.");
            }

            string chosenFormat = parsed.GetValue(format)!;
            if (chosenFormat == "u64" && name != "uniform")
            {
                throw Wrong(name, "--format u64 is the raw output of the generator", "Use --format f64, or sample uniform.");
            }

            return new SampleRun
            {
                Law = name,
                Alpha = alphas,
                Beta = betas,
                Count = parsed.GetValue(count),
                Seed = parsed.GetValue(seed) ?? RandomSeed(),
                Format = chosenFormat,
            }.Run();
        });
        return command;
    }

    private static Option<double[]> Shapes(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "SHAPE",
        Arity = ArgumentArity.ExactlyOne,
        DefaultValueFactory = _ => [],
        CustomParser = result => ParseShapes(name, result),
    };

    private static double[]? ParseShapes(string name, ArgumentResult result)
    {
        string[] texts = result.Tokens[0].Value.Split(',');
        var shapes = new double[texts.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            if (!double.TryParse(texts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out shapes[i]) || !double.IsFinite(shapes[i]) || shapes[i] <= 0)
            {
                result.AddError($"{name}: '{texts[i].Trim()}' is not a finite number above 0");
                return null;
            }
        }

        return shapes;
    }

    private static void Check(string law, string option, double[] shapes, bool isNeeded)
    {
        if (shapes.Length == 0)
        {
            if (isNeeded)
            {
                throw Wrong(law, $"{option} is missing", law == "arm" ? $"Give a number for each arm, for example {option} 20,5,1." : $"Give a number above 0, for example {option} 2.5.");
            }

            return;
        }

        if (!isNeeded)
        {
            throw Wrong(law, $"it has no {option}", "Leave it out.");
        }

        int most = law == "arm" ? BackendSet.MaxBackends : 1;
        if (shapes.Length > most)
        {
            throw Wrong(law, $"{option} has {shapes.Length} numbers", most == 1 ? "Give one." : $"Give at most {most}.");
        }
    }

    private static CliException Wrong(string law, string where, string remedy) => new($"cannot sample {law}", where, remedy);

    private static ulong RandomSeed()
    {
        ulong seed = unchecked((ulong)Random.Shared.NextInt64(long.MinValue, long.MaxValue));
        StandardError.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}"));
        return seed;
    }
}
