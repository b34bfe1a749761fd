using System.Globalization;
using System.Text;
using HoloLoom.Fast.Cli.Terminal;

namespace HoloLoom.Fast.Cli.Commands;

/// <summary>What <c>hololoom route</c> says at the end: how many decisions, how fast, and where they went.</summary>
internal sealed class RouteSummary(Router router)
{
    private readonly long[] _counts = new long[router.QueryTypes.Count * router.Backends.Count];

    public void Count(ReadOnlySpan<Decision> decisions)
    {
        int backends = router.Backends.Count;
        foreach (ref readonly Decision decision in decisions)
        {
            _counts[(decision.QueryType * backends) + decision.Backend]++;
        }
    }

    public void Write(TimeSpan elapsed)
    {
        long total = _counts.Sum();
        double rate = total / Math.Max(elapsed.TotalSeconds, 1e-9);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{total:N0} decisions in {elapsed.TotalSeconds:0.000} s, {rate:N0}/s");
        int width = router.QueryTypes.Max(name => name.Length);
        for (int type = 0; type < router.QueryTypes.Count; type++)
        {
            ReadOnlySpan<long> row = _counts.AsSpan(type * router.Backends.Count, router.Backends.Count);
            if (row.ContainsAnyExcept(0))
            {
                text.AppendLine().Append("  ").Append(router.QueryTypes[type].PadRight(width));
                AppendRow(text, row);
            }
        }

        StandardError.WriteLine(text.ToString());
    }

    private void AppendRow(StringBuilder text, ReadOnlySpan<long> row)
    {
        for (int backend = 0; backend < row.Length; backend++)
        {
            if (row[backend] > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"  {router.Backends[backend]} {row[backend]:N0}");
            }
        }
    }
}
