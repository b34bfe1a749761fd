using HoloLoom.Fast.Cli.Terminal;
using HoloLoom.Fast.Hosting;
using HoloLoom.Fast.Server;

namespace HoloLoom.Fast.Cli.Commands;

/// <summary>Serves until a signal comes.</summary>
internal sealed class ServeRun
{
    public string? ConfigFile { get; init; }

    public string? StateDirectory { get; init; }

    public ulong? Seed { get; init; }

    public required ServerOptions Options { get; init; }

    public int Run()
    {
        using var signal = new StopSignal();
        RouterRegistry routers = Open();
        try
        {
            ServeAsync(routers, signal).GetAwaiter().GetResult();
        }
        finally
        {
            Close(routers);
        }

        return ExitCode.Done;
    }

    private async Task ServeAsync(RouterRegistry routers, StopSignal signal)
    {
        RoutingServer server;
        try
        {
            server = RoutingServer.Create(
                Options with { ConfigurationFile = ConfigFile, ReadConfiguration = ReadOptions }, routers);
            await server.StartAsync(signal.Token);
        }
        catch (ArgumentException problem)
        {
            throw new CliException("cannot serve", problem.Message, "", problem);
        }
        catch (IOException problem)
        {
            throw new CliException("cannot listen", problem.Message, "Choose another address with --urls or --resp, or stop what listens there.", problem);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        await using (server)
        {
            foreach (string address in server.Addresses)
            {
                StandardError.WriteLine($"hololoom: listening on {address}");
            }

            if (routers.Default.Current.Options.StateDirectory is null)
            {
                StandardError.WriteLine("hololoom: without --state, what is learned is forgotten when the server ends");
            }

            await Task.Delay(Timeout.Infinite, signal.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
            await server.StopAsync();
        }
    }

    private RouterRegistry Open()
    {
        RouterOptions options = ReadOptions(ConfigFile) with { StateDirectory = StateDirectory };
        try
        {
            var routers = new RouterRegistry(options);
            foreach (string message in routers.Messages)
            {
                StandardError.Warn(message);
            }

            return routers;
        }
        catch (RouterConfigurationException problem)
        {
            throw new CliException("bad configuration", $"{ConfigFile ?? "command line"}: {problem.Message}", "", problem);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw CommonOptions.StateFailure("cannot open the state", options.StateDirectory, problem);
        }
    }

    private RouterOptions ReadOptions(string? file)
    {
        RouterOptions options = CommonOptions.Load(file);
        return options with { Seed = Seed ?? options.Seed };
    }

    private static void Close(RouterRegistry routers)
    {
        try
        {
            routers.Dispose();
        }
        catch (AggregateException problem)
        {
            throw new CliException("cannot save what was learned", problem.InnerException!.Message, "", problem);
        }
    }
}
