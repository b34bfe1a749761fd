using System.Globalization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace HoloLoom.Fast.Benchmarks.Reporting;

/// <summary>Shows nanoseconds per UTF-8 byte, so that texts of different lengths and scripts compare. By the benchmark's category.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PerByteColumnAttribute() : ColumnConfigBaseAttribute(new PerByteColumn());

internal sealed class PerByteColumn : IColumn
{
    public string Id => nameof(PerByteColumn);

    public string ColumnName => "ns/byte";

    public string Legend => "Nanoseconds per byte of the query in UTF-8";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
        summary[benchmarkCase]?.ResultStatistics is { } statistics && BytesPerQuery(benchmarkCase) is double bytes
            ? (statistics.Mean / bytes).ToString("0.000", CultureInfo.InvariantCulture)
            : "-";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    /// <summary>The mean length of the queries that a benchmark runs over; null if its category names no set of queries.</summary>
    public static double? BytesPerQuery(BenchmarkCase benchmarkCase)
    {
        foreach (Queries queries in (Queries[])[Queries.Ascii, Queries.Other])
        {
            if (benchmarkCase.Descriptor.HasCategory(queries.Name))
            {
                return (double)queries.Utf8.Length / queries.Texts.Length;
            }
        }

        return null;
    }
}
