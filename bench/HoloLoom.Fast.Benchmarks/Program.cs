using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Environments;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.NativeAot;
using HoloLoom.Fast.Benchmarks;
using HoloLoom.Fast.Benchmarks.Reporting;
using Perfolizer.Horology;

// --gate: fail if the hot path allocates. --scaling: one router on one and two threads. --added: what an orchestrator adds to slow
// backends. Else BenchmarkDotNet; --aot measures Native AOT beside the JIT, --quick measures briefly. --export DIR writes the results to DIR/<processor>/, to be committed.
if (args is ["--gate"])
{
    return AllocationGate.Run();
}

List<string> rest = [.. args];
bool aot = rest.Remove("--aot");
bool quick = rest.Remove("--quick");
ResultFiles? files = null;
int export = rest.IndexOf("--export");
if (export >= 0)
{
    if (export + 1 == rest.Count || rest[export + 1].StartsWith('-'))
    {
        Console.Error.WriteLine("--export needs the directory to write to, for example: --export bench/results");
        return 2;
    }

    files = new ResultFiles(rest[export + 1]);
    rest.RemoveRange(export, 2);
}

if (rest is ["--scaling"])
{
    return Scaling.Run(files);
}

if (rest is ["--added"])
{
    return await AddedLatency.RunAsync(files);
}

Job job = quick
    ? Job.Default.WithIterationTime(TimeInterval.FromMilliseconds(100)).WithWarmupCount(10).WithIterationCount(12)
    : Job.Default;
ManualConfig config = ManualConfig.Create(DefaultConfig.Instance)
    .AddJob(job.WithRuntime(CoreRuntime.Core10_0).WithId("JIT").AsBaseline())
    .AddExporter(JsonExporter.FullCompressed)
    .HideColumns(Column.Error, Column.RatioSD, Column.Runtime, Column.Toolchain, Column.Arguments);
if (aot)
{
    // No version: the compiler that belongs to the SDK. The nightly feed that is the default is neither needed nor always in reach.
    var toolchain = (NativeAotToolchainBuilder)NativeAotToolchain.CreateBuilder()
        .UseNuGet("")
        .TargetFrameworkMoniker("net10.0");
    if (System.Runtime.Intrinsics.X86.X86Base.IsSupported)
    {
        toolchain.IlcInstructionSet("x86-64-v3");
    }

    // Its restore is for one platform; in the committed lock files that would fail the next locked restore.
    job = job.WithArguments([new MsBuildArgument("/p:NuGetLockFilePath=obj/aot.lock.json")]);
    // The executable for x86-64-v3 has no vectors of 512 bits.
    config.AddFilter(new SimpleFilter(static one => one.Job.Id != "AOT" || one.Parameters[nameof(SamplerBenchmarks.Kernel)] is not "v512"));
    config.AddJob(job.WithRuntime(NativeAotRuntime.Net10_0).WithToolchain(toolchain.ToToolchain()).WithId("AOT"));
}

bool isComplete = true;
foreach (Summary summary in BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. rest], config))
{
    isComplete &= !summary.HasCriticalValidationErrors && summary.Reports.All(static report => report.Success);
    if (files is not null && summary.Reports.Length > 0)
    {
        files.Write(summary);
    }
}

return isComplete ? 0 : 1;
