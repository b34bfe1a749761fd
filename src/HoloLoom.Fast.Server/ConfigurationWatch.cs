using HoloLoom.Fast.Hosting;
using Microsoft.Extensions.Logging;

namespace HoloLoom.Fast.Server;

/// <summary>Puts a configuration file in force anew when it has changed. One that cannot be used is told, and the configuration before stays.</summary>
/// <remarks>It looks every second: that also sees files that are renamed into place, or mounted.</remarks>
internal sealed partial class ConfigurationWatch : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly string _file;
    private readonly Func<string, RouterOptions> _read;
    private readonly HostedRouter _router;
    private readonly ILogger _logger;
    private readonly Timer _timer;
    private (DateTime Written, long Length) _seen;
    private int _looking;

    public ConfigurationWatch(ServerOptions options, HostedRouter router, ILogger logger)
    {
        (_file, _read, _router, _logger) = (options.ConfigurationFile!, options.ReadConfiguration ?? RouterOptions.FromFile, router, logger);
        _seen = Look();
        _timer = new Timer(static watch => ((ConfigurationWatch)watch!).Check(), this, Interval, Interval);
    }

    public void Dispose() => _timer.Dispose();

    private (DateTime, long) Look()
    {
        var file = new FileInfo(_file);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
    }

    private void Check()
    {
        if (Interlocked.Exchange(ref _looking, 1) == 1)
        {
            return;
        }

        try
        {
            (DateTime, long) now = Look();
            if (now == _seen || now == default)
            {
                return;
            }

            _seen = now;
            _router.Replace(_read(_file));
            LogReplaced(_file);
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            LogRefused(_file, problem.Message);
        }
        finally
        {
            Volatile.Write(ref _looking, 0);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The configuration {File} is in force.")]
    private partial void LogReplaced(string file);

    [LoggerMessage(Level = LogLevel.Error, Message = "The changed configuration {File} is not used, and the one before stays in force: {Problem}")]
    private partial void LogRefused(string file, string problem);
}
