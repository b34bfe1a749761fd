using Spectre.Console;

namespace HoloLoom.Fast.Cli.Terminal;

/// <summary>Tables on standard output: framed on a terminal, plain text for a file or another program.</summary>
internal static class Tables
{
    // Wide enough that no column of a piped table wraps: the lines are for other programs then.
    private const int PipedWidth = 1000;

    public static IAnsiConsole Console()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(System.Console.Out) });
        if (System.Console.IsOutputRedirected)
        {
            console.Profile.Width = PipedWidth;
        }

        return console;
    }

    /// <summary>An empty table.</summary>
    /// <param name="columns">Titles; those that begin with &gt; are of right-aligned columns.</param>
    public static Table Create(params ReadOnlySpan<string> columns)
    {
        var table = new Table { Border = System.Console.IsOutputRedirected ? TableBorder.None : TableBorder.Rounded };
        foreach (string column in columns)
        {
            table.AddColumn(column.StartsWith('>') ? new TableColumn(column[1..]).RightAligned().NoWrap() : new TableColumn(column));
        }

        return table;
    }
}
