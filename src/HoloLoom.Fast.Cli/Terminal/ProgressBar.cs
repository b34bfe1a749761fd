using Spectre.Console;

namespace HoloLoom.Fast.Cli.Terminal;

/// <summary>A progress bar on standard error, where it can be seen and does not get between the results.</summary>
internal static class ProgressBar
{
    /// <summary>Runs work that reports the bytes it has taken. No bar without a known length, or without a terminal that is free for it.</summary>
    public static void Run(long? length, bool hidden, Action<Action<long>> work)
    {
        if (length is not long total || hidden || Console.IsErrorRedirected || StandardOutput.IsTerminal)
        {
            work(static _ => { });
            return;
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error), Interactive = InteractionSupport.Yes });
        console.Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new TransferSpeedColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask("route", maxValue: total);
                work(bytes => task.Value = bytes);
            });
    }
}
