using System.Globalization;
using Spectre.Console;

namespace HoloLoom.Fast.Cli.Terminal;

/// <summary>Statistics as a table.</summary>
internal static class StatisticsTable
{
    public static void Write(RouterStatistics statistics)
    {
        IAnsiConsole console = Tables.Console();
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"strategy {statistics.Strategy}, {statistics.Decisions:N0} decisions, {statistics.Outcomes:N0} outcomes"));
        WriteCounts(console, "decisions by strategy", statistics.DecisionsByStrategy);
        WriteCounts(console, "outcomes by result", statistics.OutcomesByResult);
        console.Write(Cells(statistics.QueryTypes, statistics));
        foreach (VariantStatistics variant in statistics.Variants)
        {
            console.WriteLine($"what variant {variant.Name} learned on its own:");
            console.Write(Cells(variant.QueryTypes, total: null));
        }
    }

    private static void WriteCounts(IAnsiConsole console, string title, IReadOnlyDictionary<string, long> counts)
    {
        if (counts.Count > 0)
        {
            console.WriteLine($"{title}: {string.Join(", ", counts.Select(count => $"{count.Key} {Number(count.Value)}"))}");
        }
    }

    // Only the router's own table has totals, and decisions.
    private static Table Cells(IReadOnlyList<QueryTypeStatistics> types, RouterStatistics? total)
    {
        Table table = Tables.Create();
        table.AddColumn("query type");
        table.AddColumn("backend");
        foreach (string title in (string[])["alpha", "beta", "mean", "95% interval", "decisions", "outcomes", "reward", "latency ms", "max ms"])
        {
            table.AddColumn(new TableColumn(title).RightAligned().NoWrap());
        }

        foreach (QueryTypeStatistics type in types)
        {
            foreach (CellStatistics cell in type.Backends)
            {
                table.AddRow(
                    Markup.Escape(type.Name),
                    Markup.Escape(cell.Backend),
                    Number(cell.Alpha),
                    Number(cell.Beta),
                    Share(cell.Mean),
                    $"{Share(cell.IntervalLow)}–{Share(cell.IntervalHigh)}",
                    total is null ? "-" : Number(cell.Decisions),
                    Number(cell.Outcomes),
                    cell.Outcomes == 0 ? "-" : Share(cell.MeanReward),
                    cell.Outcomes == 0 ? "-" : Number(cell.MeanLatencyMs),
                    cell.Outcomes == 0 ? "-" : Number(cell.MaxLatencyMs));
            }
        }

        if (total is not null)
        {
            table.AddRow("total", "", "", "", "", "", Number(total.Decisions), Number(total.Outcomes), "", "", "");
        }

        return table;
    }

    private static string Share(double share) => share.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Number(double number) => number.ToString("#,0.##", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
