using System.Globalization;
using HoloLoom.Fast.Cli.Terminal;
using HoloLoom.Fast.Profiling;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace HoloLoom.Fast.Cli.Demo;

/// <summary>What the demo shows: which backend wins where, latencies, cache hits, and regret falling.</summary>
internal static class DemoView
{
    private const int BarWidth = 40;

    public static string Title(DemoRun run) => string.Create(
        CultureInfo.InvariantCulture,
        $"{run.Orchestrator.Router.Backends.Count} backends, {run.Done.Sum(static window => window.Queries):N0} queries. Rules would send all of them to fulltext; what is best is learned.");

    /// <summary>All of it, for a terminal that is drawn again and again.</summary>
    public static IRenderable Live(DemoRun run) => new Rows(new Markup(Markup.Escape(Title(run))), Winners(run), Latencies(run), Regret(run));

    /// <summary>Decisions per query type and backend, and how often each backend is right.</summary>
    public static Table Winners(DemoRun run)
    {
        Table table = Tables.Create(["query type", .. run.Router.Backends.Select(static name => $">{name}"), "learned best"]);
        foreach (QueryTypeStatistics type in run.Router.GetStatistics().QueryTypes)
        {
            int row = IndexOf(run.Router.QueryTypes, type.Name);
            CellStatistics best = type.Backends.MaxBy(static cell => cell.Mean)!;
            table.AddRow(
            [
                type.Name,
                .. type.Backends.Select((cell, backend) => string.Create(CultureInfo.InvariantCulture, $"{cell.Decisions:N0} × {run.Worth(row, backend):0%}")),
                best.Backend,
            ]);
        }

        return table;
    }

    public static Table Latencies(DemoRun run)
    {
        Table table = Tables.Create("backend", ">calls", ">p50 ms", ">p95 ms", ">p99 ms", ">max ms");
        foreach (LatencySummary row in run.Profiler.Report().Summary.Backends)
        {
            table.AddRow(row.Name, row.Count.ToString("N0", CultureInfo.InvariantCulture), Ms(row.P50Ms), Ms(row.P95Ms), Ms(row.P99Ms), Ms(row.MaxMs));
        }

        return table;
    }

    public static Table Regret(DemoRun run)
    {
        Table table = Tables.Create(">queries", ">cache hits", ">p95 ms", ">regret", "");
        double most = Math.Max(0.001, run.Done.Max(static window => window.Regret));
        int queries = 0;
        foreach (DemoWindow window in run.Done)
        {
            queries += window.Queries;
            table.AddRow(
                queries.ToString("N0", CultureInfo.InvariantCulture),
                window.HitRate.ToString("0%", CultureInfo.InvariantCulture),
                Ms(window.P95Ms),
                window.Regret.ToString("0.000", CultureInfo.InvariantCulture),
                new string('#', (int)Math.Round(BarWidth * window.Regret / most)));
        }

        return table;
    }

    private static string Ms(double milliseconds) => milliseconds.ToString("0.000", CultureInfo.InvariantCulture);

    private static int IndexOf(IReadOnlyList<string> names, string name)
    {
        int index = 0;
        while (names[index] != name)
        {
            index++;
        }

        return index;
    }
}
