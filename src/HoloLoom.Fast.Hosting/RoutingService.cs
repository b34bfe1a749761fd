using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace HoloLoom.Fast.Hosting;

/// <summary>Says at the start what the states had to tell, follows changes of the configuration, and flushes when all else has stopped.</summary>
internal sealed partial class RoutingService(RouterRegistry registry, IConfiguration? section, ILogger<RoutingService> logger) : IHostedLifecycleService, IDisposable
{
    private IDisposable? _changes;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (string message in registry.Messages)
        {
            LogState(message);
        }

        _changes = section is null ? null : ChangeToken.OnChange(section.GetReloadToken, Reload);
        return Task.CompletedTask;
    }

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        try
        {
            registry.FlushAll();
        }
        catch (AggregateException problem)
        {
            LogFlush(problem);
        }

        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _changes?.Dispose();

    private void Reload()
    {
        try
        {
            RouterOptions options = RoutingSection.Read(section!) with { StateDirectory = null };

            // A change elsewhere in the file is told, too.
            using (var probe = new Router(options))
            {
                if (probe.Options.ToJson().AsSpan().SequenceEqual(registry.Default.ConfigurationJson.Span))
                {
                    return;
                }
            }

            registry.Default.Replace(options);
            LogReplaced();
        }
        catch (Exception problem) when (problem is RouterConfigurationException or IOException or ObjectDisposedException)
        {
            LogRefused(problem.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{State}")]
    private partial void LogState(string state);

    [LoggerMessage(Level = LogLevel.Error, Message = "What was learned last could not be written.")]
    private partial void LogFlush(Exception problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "The router's configuration was replaced.")]
    private partial void LogReplaced();

    [LoggerMessage(Level = LogLevel.Error, Message = "The changed configuration is not used, and the one before stays in force: {Problem}")]
    private partial void LogRefused(string problem);
}
