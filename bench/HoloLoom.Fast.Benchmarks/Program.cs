using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Environments;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.NativeAot;
using HoloLoom.Fast.Benchmarks;

// --gate: fail if the hot path allocates. --scaling: one router on one and two threads. Else BenchmarkDotNet; --aot measures Native AOT
// beside the JIT.
if (args is ["--gate"])
{
    return AllocationGate.Run();
}

if (args is ["--scaling"])
{
    return Scaling.Run();
}

bool aot = args.Contains("--aot");
Job job = args.Contains("--quick") ? Job.ShortRun : Job.Default;
ManualConfig config = ManualConfig.Create(DefaultConfig.Instance)
    .AddJob(job.WithRuntime(CoreRuntime.Core10_0).WithId("JIT").AsBaseline())
    .AddExporter(MarkdownExporter.GitHub)
    .HideColumns(Column.Error, Column.RatioSD, Column.Runtime, Column.Toolchain);
if (aot)
{
    config.AddJob(job
        .WithRuntime(NativeAotRuntime.Net10_0)
        .WithToolchain(NativeAotToolchain.CreateBuilder().UseNuGet().IlcInstructionSet("x86-64-v3").TargetFrameworkMoniker("net10.0").ToToolchain())
        .WithId("AOT"));
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args.Where(static arg => arg is not "--aot" and not "--quick")], config);
return 0;
