using System.Runtime.InteropServices;

namespace HoloLoom.Fast.Cli.Terminal;

/// <summary>
/// Turns the first Ctrl-C or SIGTERM into a request to stop, so that a command can finish its batch and flush. A second one ends the
/// program at once: it must stay possible to stop a program whose output nobody reads.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private int _exitCode;

    public StopSignal()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, Cli.ExitCode.Interrupted));
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, Cli.ExitCode.Terminated));
    }

    public CancellationToken Token => _source.Token;

    /// <summary>The exit code that the signal asks for; null if none came.</summary>
    public int? ExitCode => Volatile.Read(ref _exitCode) is int code and not 0 ? code : null;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _source.Dispose();
    }

    private void Stop(PosixSignalContext context, int exitCode)
    {
        if (Interlocked.CompareExchange(ref _exitCode, exitCode, 0) == 0)
        {
            context.Cancel = true;
            _source.Cancel();
        }
    }
}
