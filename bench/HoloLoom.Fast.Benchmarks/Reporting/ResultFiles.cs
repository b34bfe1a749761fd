using System.Text.Encodings.Web;
using System.Text.Json;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;

namespace HoloLoom.Fast.Benchmarks.Reporting;

/// <summary>Writes results to be committed: a directory per processor, and per set of benchmarks a table to read and numbers to process.</summary>
internal sealed class ResultFiles(string directory)
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NewLine = "\n",
        // Method names and parameters hold '+' and the like; the files are read by people, not by browsers.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes a run of BenchmarkDotNet. A benchmark without a result is left out of the numbers.</summary>
    public void Write(Summary summary)
    {
        string name = summary.BenchmarksCases[0].Descriptor.Type.Name;
        var logger = new AccumulationLogger();
        MarkdownExporter.GitHub.ExportToLog(summary, logger);
        Write(name, logger.GetLog().Trim(), summary.Reports.Where(static report => report.ResultStatistics is not null).Select(Numbers));
    }

    /// <summary>Writes any other measurement.</summary>
    /// <param name="name">The name of the files.</param>
    /// <param name="markdown">The table.</param>
    /// <param name="results">The numbers.</param>
    public void Write(string name, string markdown, IEnumerable<object> results)
    {
        Machine machine = Machine.Current;
        string target = Path.Combine(directory, machine.Slug);
        Directory.CreateDirectory(target);
        File.WriteAllText(
            Path.Combine(target, name + ".md"),
            $"# {name}\n\n{machine}\n\n{markdown.ReplaceLineEndings("\n")}\n");
        File.WriteAllText(
            Path.Combine(target, name + ".json"),
            JsonSerializer.Serialize(
                new { name, machine.Cpu, machine.LogicalCores, machine.Os, machine.Runtime, machine.Date, results = results.ToArray() }, Format) + "\n");
        Console.WriteLine($"Wrote {Path.Combine(target, name)}.md and .json");
    }

    private static object Numbers(BenchmarkReport report) => new
    {
        method = report.BenchmarkCase.Descriptor.WorkloadMethod.Name,
        parameters = report.BenchmarkCase.Parameters.Items.ToDictionary(static item => item.Name, static item => item.Value),
        job = report.BenchmarkCase.Job.Id,
        runtime = report.GetRuntimeInfo(),
        meanNs = Round(report.ResultStatistics!.Mean),
        medianNs = Round(report.ResultStatistics.Median),
        minNs = Round(report.ResultStatistics.Min),
        standardErrorNs = Round(report.ResultStatistics.StandardError),
        samples = report.ResultStatistics.N,
        allocatedBytes = report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase),
        bytesPerQuery = PerByteColumn.BytesPerQuery(report.BenchmarkCase) is double bytes ? Round(bytes) : (double?)null,
    };

    private static double Round(double value) => Math.Round(value, 3);
}
