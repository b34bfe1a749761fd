using System.Globalization;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Environments;

namespace HoloLoom.Fast.Benchmarks.Reporting;

/// <summary>What a result needs to say of the machine that it was measured on; nothing that identifies it.</summary>
internal sealed record Machine(string Cpu, int LogicalCores, string Os, string Runtime, string Date)
{
    public static Machine Current { get; } = new(
        HostEnvironmentInfo.GetCurrent().Cpu.Value?.ProcessorName is { Length: > 0 } name ? name.Trim() : $"unknown {RuntimeInformation.ProcessArchitecture}",
        Environment.ProcessorCount,
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    /// <summary>The processor's name as the name of a directory.</summary>
    public string Slug
    {
        get
        {
            IEnumerable<char> characters = Cpu.Select(static c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-');
            return string.Join('-', string.Concat(characters).Split('-', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    public override string ToString() => $"{Cpu}, {LogicalCores} logical cores; {Os}; {Runtime}; {Date}";
}
